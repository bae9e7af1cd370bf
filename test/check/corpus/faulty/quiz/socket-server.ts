import type http from "http";
import { Server, type Socket } from "socket.io";
import { Events } from "./events";
import { onAnswer } from "./handlers/answer";
import { GameManager } from "./managers/game-manager";

export class SocketServer {
  static io: Server;
  static connections = 0; // ! module-state

  static start(server: http.Server): void {
    this.io = new Server(server);
    this.io.on(Events.Connection, (socket: Socket) => {
      this.connections += 1;
      const manager = GameManager.getInstance();
      socket.on(Events.Create, (ack: (id: string) => void) => ack(manager.create(socket.id).id));
      socket.on(Events.Answer, (answer) => onAnswer(socket, answer));
      socket.on(Events.Disconnect, () => {
        this.connections -= 1;
      });
    });
  }
}
