import http from "http";
import express, { type Application } from "express";
import { Server, type Socket } from "socket.io";

class ChatServer {
  private app: Application;
  private server: http.Server;
  private io: Server;
  private readonly port = 8080;

  constructor() {
    this.app = express();
    this.server = http.createServer(this.app);
    this.io = new Server(this.server);
    this.routes();
    this.listen();
  }

  private routes(): void {
    this.app.get("/ping", (_req, res) => {
      res.send("pong");
    });
  }

  private listen(): void {
    this.server.listen(this.port, () => console.log("running on %s", this.port));
    this.io.on("connect", (socket: Socket) => {
      console.log("client on port %s", this.port);
      socket.on("message", (text: string) => this.onMessage(socket, text));
      socket.on("disconnect", () => console.log("client has gone"));
    });
  }

  private onMessage(socket: Socket, text: string): void {
    const words = new WordCounter(text);
    words.count();
    this.io.emit("message", { from: socket.id, text, words: words.total });
  }
}

/** Made anew for each message. */
class WordCounter {
  total = 0;
  private readonly seen: string[] = [];
  constructor(private readonly text: string) {}

  count(): void {
    for (const word of this.text.split(/\s+/)) {
      if (this.seen.includes(word)) continue;
      this.seen.push(word);
      this.total += 1;
    }
  }
}

export default new ChatServer();
