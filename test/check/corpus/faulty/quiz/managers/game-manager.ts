import { Game } from "./game";

export class GameManager {
  private static instance: GameManager;
  private games: Game[] = []; // ! module-state

  static getInstance(): GameManager {
    if (!GameManager.instance) GameManager.instance = new GameManager();
    return GameManager.instance;
  }

  create(owner: string): Game {
    const game = new Game(owner);
    this.games.push(game);
    return game;
  }

  find(owner: string): Game | undefined {
    return this.games.find((game) => game.owner === owner);
  }
}
