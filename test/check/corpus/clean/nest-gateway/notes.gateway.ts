import { Logger } from "@nestjs/common";
import {
  ConnectedSocket,
  MessageBody,
  OnGatewayConnection,
  OnGatewayDisconnect,
  OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from "@nestjs/websockets";
import { Server, Socket } from "socket.io";
import { NotesService } from "./notes.service";

@WebSocketGateway({ cors: { origin: "*" } })
export class NotesGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  @WebSocketServer() server: Server;
  private readonly logger = new Logger("Notes");

  constructor(private readonly notes: NotesService) {}

  afterInit(server: Server) {
    this.notes.server = server;
    this.logger.log("ready");
  }

  handleConnection(client: Socket) {
    this.logger.log(`in: ${client.id}`);
  }

  handleDisconnect(client: Socket) {
    this.logger.log(`out: ${client.id}`);
  }

  @SubscribeMessage("note:add")
  async add(@MessageBody() text: string, @ConnectedSocket() client: Socket) {
    const note = await this.notes.add(text, client.data.user);
    client.broadcast.emit("note:added", note);
    return note;
  }
}
