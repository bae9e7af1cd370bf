/** A real `socket.io-client`. */
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { Door, Ear, Speaker } from "./speaker.js";

/** After so long an ack is not expected any more; with `retries`, the event is then sent again. */
const ACK_TIMEOUT_MS = 5_000;

/** "Again and again": what was not acked at the end of the run is then the server's fault. */
export const RETRIES: Partial<SocketOptions> = { retries: 1_000_000, ackTimeout: ACK_TIMEOUT_MS };

export function socketIoSpeaker(
  { url, journal }: Door,
  ear: Ear,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Speaker {
  let link = "";
  let isWanted = false;
  const socket: Socket = connect(url.origin, {
    path: url.pathname,
    query: { journal },
    transports: ["websocket"],
    forceNew: true,
    autoConnect: false,
    auth: (give) => {
      link = ear.nextLink();
      give({ link });
    },
    ...options,
  });
  socket.on("connect", () => ear.onOpened(link, socket.recovered));
  socket.on("disconnect", (reason) => ear.onClosed(link, reason));
  socket.on("said", (id: string, offset?: string) => ear.onGot(link, id, offset));

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
    closeSocket: () => socket.io.engine?.close(),
    stayAway(ms) {
      socket.io.reconnection(false).engine?.close();
      setTimeout(() => {
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
