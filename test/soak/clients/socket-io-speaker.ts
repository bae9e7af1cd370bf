/** A real `socket.io-client`. */
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { markOf, type Transports } from "../entry.js";
import { Network } from "./network.js";
import type { Door, Ear, Speaker } from "./speaker.js";

/** After so long an ack is not expected any more; with `retries`, the event is then sent again. */
const ACK_TIMEOUT_MS = 5_000;

/** "Again and again": what was not acked at the end of the run is then the server's fault. */
export const RETRIES: Partial<SocketOptions> = { retries: 1_000_000, ackTimeout: ACK_TIMEOUT_MS };

/** Shorter than the client takes to come back, and long enough for its last requests to fail. */
const OUTAGE_MS = 300;

export function socketIoSpeaker(
  { url, journal, transports }: Door,
  ear: Ear,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Speaker {
  let link = "";
  let isWanted = false;
  const network = transports === "websocket" ? undefined : new Network();
  const socket: Socket = connect(url.origin.replace(/^ws/, "http"), {
    ...addressOf(url, transports),
    ...(network && { agent: network as unknown as string }), // its type is for browsers
    query: { journal },
    forceNew: true,
    autoConnect: false,
    auth: (give) => {
      link = ear.nextLink();
      give({ link });
    },
    ...options,
  });
  socket.on("connect", () => ear.onOpened(link, socket.recovered, transportOf(socket, transports)));
  socket.on("disconnect", (reason) => ear.onClosed(link, reason));
  socket.on("who?", (answer: (mark: string) => void) => answer(markOf(link)));
  socket.on("greeting", (mark: string) => ear.onGreeted(link, mark));
  socket.on("said", (id: string, ...more: unknown[]) => ear.onGot(link, id, more));

  return {
    get isConnected() {
      return socket.connected;
    },
    get link() {
      return link;
    },
    connect() {
      isWanted = true;
      socket.connect();
    },
    disconnect() {
      isWanted = false;
      socket.disconnect();
    },
    ...(network && {
      lose(what) {
        if (what === "answer") return network.loseNextAnswer();
        network.down();
        setTimeout(() => network.up(), OUTAGE_MS);
      },
      vanish: () => network.down(),
    }),
    closeSocket: () => socket.io.engine?.close(),
    stayAway(ms) {
      socket.io.reconnection(false);
      network?.down();
      socket.io.engine?.close();
      setTimeout(() => {
        network?.up();
        socket.io.reconnection(true);
        if (isWanted) socket.connect();
      }, ms);
    },
    emit({ event, id, room }, manner, onAck) {
      const acked = (error: Error | null) => {
        if (!error) onAck();
      };
      if (manner === "once") socket.emit(event, id, room);
      else if (manner === "retries") socket.emit(event, id, room, acked);
      else socket.timeout(ACK_TIMEOUT_MS).emit(event, id, room, acked);
    },
  };
}

function addressOf(url: URL, transports: Transports): Partial<ManagerOptions> {
  if (transports === "default") return {};
  // Some clients go past the front door, as all do where there is none.
  if (transports === "websocket") return { path: url.pathname, transports: [transports] };
  return { transports: [transports] };
}

function transportOf(socket: Socket, transports: Transports) {
  if (socket.io.engine?.transport.name === "polling") return "polling";
  return transports === "websocket" ? "websocket" : "upgrade";
}
