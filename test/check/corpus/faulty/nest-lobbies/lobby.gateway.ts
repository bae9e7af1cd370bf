import { SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import type { PlayerSocket } from "./player-socket";
import { Lobbies } from "./lobbies";

@WebSocketGateway()
export class LobbyGateway {
  constructor(private readonly lobbies: Lobbies) {}

  @SubscribeMessage("lobby.open")
  open(client: PlayerSocket) {
    this.lobbies.open().enter(client);
  }
}
