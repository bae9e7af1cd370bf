/** Puts a client at a distance: a TCP proxy that passes on every byte, and each of them some time later. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface FarAway {
  /** In the place of the address that is far away. */
  readonly origin: string;
  close(): void;
}

/** @param roundTripMs half of it each way */
export async function farAway(target: URL, roundTripMs: number): Promise<FarAway> {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from.setNoDelay());
    from.on("data", (bytes) => later(() => to.write(bytes)));
    from.on("close", () => later(() => to.destroy()));
    from.on("error", () => {}); // "close" follows
  };
  // Timers of one length fire in the order in which they were set.
  const later = (act: () => void) => setTimeout(act, roundTripMs / 2);
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
