/** What the socket apps and the page's server share: the session, and who is logged in by it. */
import session from "express-session";
import passport, { type Passport } from "passport";

declare module "express-session" {
  interface SessionData {
    count: number;
  }
}

/** A class instance, as an ODM gives it: it cannot be stored. */
export class User {
  constructor(readonly name: string) {}

  greeting(): string {
    return `I am ${this.name}`;
  }
}

export function sessionIn(store: session.Store) {
  return session({ store, secret: "of these tests", resave: false, saveUninitialized: true });
}

export function passportOf(): InstanceType<typeof Passport> {
  const own = new passport.Passport();
  own.serializeUser<string>((user, done) => done(null, (user as User).name));
  own.deserializeUser<string>((name, done) => done(null, new User(name)));
  return own;
}
