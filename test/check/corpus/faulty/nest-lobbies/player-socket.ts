import type { Socket } from "socket.io";

export type PlayerSocket = Socket;
