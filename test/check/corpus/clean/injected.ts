import { Server } from "socket.io";
import passport from "passport";
import { Strategy as LocalStrategy } from "passport-local";
import express, { Request, Response, NextFunction } from "express";
import { container, injectable, inject, singleton } from "tsyringe";
interface IMessageRepo {
  add(m: string): Promise<void>;
  list(): Promise<string[]>;
}
@injectable()
class MongoMessageRepo implements IMessageRepo {
  constructor(@inject("db") private db: any) {}
  async add(m: string) {
    await this.db.collection("m").insertOne({ m });
  }
  async list() {
    return this.db.collection("m").find().toArray();
  }
}
@singleton()
class ChatController {
  private readonly limit = 50;
  private io?: Server;
  constructor(@inject("repo") private repo: IMessageRepo) {}
  attach(io: Server) {
    this.io = io;
    io.of("/chat").on("connection", (s) => {
      s.on("say", (m: string, ack: () => void) => this.say(m).then(ack));
      s.on("list", async (ack) => ack((await this.repo.list()).slice(-this.limit)));
    });
  }
  private async say(m: string) {
    await this.repo.add(m);
    this.io?.of("/chat").emit("said", m);
  }
}
container.register("repo", { useClass: MongoMessageRepo });
passport.use(new LocalStrategy((u, p, done) => done(null, { u })));
passport.serializeUser((user, done) => done(null, user));
class HttpError extends Error {
  status = 500;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
class ResponseBuilder {
  private body: any = {};
  set(k: string, v: any) {
    this.body[k] = v;
    return this;
  }
  build() {
    return this.body;
  }
}
const app = express();
app.get("/x", (req: Request, res: Response, next: NextFunction) => {
  if (!req.query.q) return next(new HttpError("q", 400));
  res.json(new ResponseBuilder().set("q", req.query.q).build());
});
const server = app.listen(3000);
const io = new Server(server);
container.resolve(ChatController).attach(io);
export const emitter = { toAll: (e: string, d: unknown) => io.emit(e, d) };
