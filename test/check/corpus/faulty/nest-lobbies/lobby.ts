import { randomUUID } from "node:crypto";
import type { PlayerSocket } from "./player-socket";
import { Round } from "./round";

export class Lobby {
  readonly id = randomUUID();
  private readonly members: string[] = []; // ! module-state
  private readonly round = new Round();

  enter(client: PlayerSocket): void {
    this.members.push(client.id);
    client.data.lobby = this; // ! unstorable
    if (this.members.length > 1) this.round.begin();
  }
}
