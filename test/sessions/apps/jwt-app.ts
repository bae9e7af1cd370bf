/** A JSON Web Token in the manner of socket.io/how-to/use-with-jwt. */
import passport from "passport";
import { ExtractJwt, Strategy } from "passport-jwt";
import { Server } from "socket.io";

export const JWT_SECRET = "a secret of at least 32 characters.";

// biome-ignore lint/suspicious/noExplicitAny: engine.io has no type for the request of a middleware
type Middleware = (request: any, response: any, next: (error?: unknown) => void) => void;

export const io = new Server();

const own = new passport.Passport();
own.use(
  new Strategy(
    { jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: JWT_SECRET },
    (payload, done) => done(null, payload.data ?? false),
  ),
);

const onlyForHandshake =
  (middleware: Middleware): Middleware =>
  (request, response, next) =>
    request._query.sid === undefined ? middleware(request, response, next) : next();

export function useEngine(engine: Server["engine"]): void {
  engine.use(onlyForHandshake(own.authenticate("jwt", { session: false })));
  engine.use(
    onlyForHandshake((request, response, next) => {
      if (request.user) return next();
      response.writeHead(401);
      response.end();
    }),
  );
}

io.on("connection", (socket) => {
  const { user } = socket.request as unknown as { user: { id: number; name: string } };
  socket.join(`user:${user.id}`);
  socket.on("who", (ack) => ack(user));
  socket.on("call", (id, text, ack) => {
    io.to(`user:${id}`).emit("called", user.name, text);
    ack();
  });
});
