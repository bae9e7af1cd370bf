import { Lobby } from "./lobby";

export class Lobbies {
  private readonly all = new Map<string, Lobby>(); // ! module-state

  open(): Lobby {
    const lobby = new Lobby();
    this.all.set(lobby.id, lobby);
    return lobby;
  }

  find(id: string): Lobby | undefined {
    return this.all.get(id);
  }
}
