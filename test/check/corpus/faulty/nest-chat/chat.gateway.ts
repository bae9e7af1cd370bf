import { Interval } from "@nestjs/schedule";
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from "@nestjs/websockets";
import { Server, Socket } from "socket.io";
import { RoomsService } from "./rooms.service";

@WebSocketGateway(3001, { namespace: "chat", cors: true, pingInterval: 2000 }) // ! options
export class ChatGateway {
  @WebSocketServer()
  server: Server;

  private names: Record<string, string> = {}; // ! module-state
  #visits = 0; // ! module-state

  constructor(private rooms: RoomsService) {}

  async handleConnection(client: Socket) {
    this.#visits++;
    await this.rooms.remember(client.id); // ! replay
    client.emit("visits", this.#visits);
  }

  handleDisconnect(client: Socket) {
    delete this.names[client.id];
    this.rooms.leaveAll(client.id);
  }

  @SubscribeMessage("join")
  join(@MessageBody() dto: { room: string; name: string }, @ConnectedSocket() client: Socket) {
    this.names[client.id] = dto.name;
    client.join(dto.room);
    this.rooms.enter(dto.room, client.id);
    const members = this.server.sockets.adapter.rooms.get(dto.room); // ! adapter-maps
    this.server.to(dto.room).emit("count", members.size);
  }

  @Interval(10_000) // ! timer
  beat() {
    this.server.emit("beat", Date.now());
  }
}
