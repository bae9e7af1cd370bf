import { randomUUID } from "node:crypto";

export class Game {
  readonly id = randomUUID();
  score = 0; // ! module-state

  constructor(readonly owner: string) {}

  add(points: number): void {
    this.score += points;
  }
}
