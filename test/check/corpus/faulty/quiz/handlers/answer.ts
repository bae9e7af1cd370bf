import type { Socket } from "socket.io";
import { GameManager } from "../managers/game-manager";

const POINTS = { right: 10, wrong: -5 };

export function onAnswer(socket: Socket, answer: "right" | "wrong"): void {
  const game = GameManager.getInstance().find(socket.id);
  if (!game) return;
  game.add(POINTS[answer]);
  socket.emit("score", game.score);
}
