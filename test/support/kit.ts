/** One app on the in-process kit for each test. */
import { Server, type ServerOptions } from "socket.io";
import { afterEach } from "vitest";
import { type LocalServer, type ServeOptions, serveLocal } from "../../local/testing.js";
import { Clients } from "./clients.js";

export interface Kit {
  readonly server: LocalServer;
  readonly clients: Clients;
}

const open: Kit[] = [];

/** Serves what `app` registers on a new server; closed after the test. */
export async function kit(
  app: (io: Server) => void,
  options: ServeOptions & { readonly io?: Partial<ServerOptions> } = {},
): Promise<Kit> {
  const io = new Server(options.io);
  app(io);
  const server = await serveLocal(io, options);
  const clients = new Clients(() => server);
  open.push({ server, clients });
  return { server, clients };
}

afterEach(async () => {
  for (const { server, clients } of open.splice(0)) {
    clients.close();
    await server.close();
  }
});
