/** Socket.IO's own server, listening on a port, as the control of the contract. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "socket.io";
import type { Target } from "./contract.js";

export async function serveStock(io: Server): Promise<Target> {
  const http = createServer();
  io.attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const engine = io.engine as unknown as EngineClients;
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    path: "/socket.io/",
    gateway: {
      drop: (id) => engine.clients[id]?.transport.socket.terminate(),
    },
    close: () => io.close(),
  };
}

/** The part of engine.io 6.6 that loses a connection as the network would. */
interface EngineClients {
  readonly clients: Readonly<
    Record<string, { readonly transport: { readonly socket: { terminate(): void } } }>
  >;
}
