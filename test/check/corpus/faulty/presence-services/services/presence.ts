const sockets = new Map<string, Set<string>>(); // ! module-state
export const Presence = {
  online(userId: string, id: string) {
    if (!sockets.has(userId)) sockets.set(userId, new Set());
    sockets.get(userId)!.add(id);
  },
  offline(userId: string, id: string) {
    const s = sockets.get(userId);
    s?.delete(id);
    if (s?.size === 0) sockets.delete(userId);
  },
  isOnline: (userId: string) => sockets.has(userId),
};
