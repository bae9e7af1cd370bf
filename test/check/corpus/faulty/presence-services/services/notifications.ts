import { getIO } from "../config/socket";
import { Presence } from "./presence";
const pending: Record<string, unknown[]> = {}; // ! module-state
export async function notify(userId: string, n: unknown) {
  if (Presence.isOnline(userId)) getIO().to(`user_${userId}`).emit("n", n);
  else (pending[userId] ||= []).push(n);
}
export const take = (userId: string) => {
  const all = pending[userId] ?? [];
  delete pending[userId];
  return all;
};
