import { Server, type Socket } from "socket.io";

const io = new Server(3000);

class ClientConnection {
  private room: string | null = null; // ! closure-state
  private readonly history: string[] = []; // ! closure-state
  private readonly createdAt = Date.now();

  constructor(
    private readonly io: Server,
    private readonly socket: Socket,
  ) {
    socket.on("enter", this.enter.bind(this));
    socket.on("say", (text: string) => this.say(text));
  }

  private enter(room: string): void {
    this.room = room;
    this.socket.join(room);
  }

  private say(text: string): void {
    this.history.push(text);
    if (this.room) this.io.to(this.room).emit("said", text, this.history.length, this.createdAt);
  }
}

io.on("connection", (socket) => new ClientConnection(io, socket));
