import type { Server, Socket } from "socket.io";

export type Register = (io: Server, socket: Socket) => void;

/** Filled while the program loads. */
export const registry: Register[] = [];

export function use(register: Register): void {
  registry.push(register);
}
