/**
 * A plain WebSocket client (docs/plain-clients.md): a new socket at each connection, and
 * nobody who sends again.
 */
import WebSocket from "ws";
import { markOf } from "../entry.js";
import type { Door, Ear, Speaker } from "./speaker.js";

type Frame = {
  readonly event?: string;
  readonly data?: readonly unknown[];
  readonly ack?: number;
  /** The server waits for an answer to it. */
  readonly id?: number;
};

const COME_BACK_MS = 500;

export function plainSpeaker({ url, journal }: Door, ear: Ear): Speaker {
  let link = "";
  let webSocket: WebSocket | undefined;
  let isConnected = false;
  let isWanted = false;
  let awayMs = COME_BACK_MS;
  let nextAck = 0;
  const acks = new Map<number, () => void>();

  const open = () => {
    link = ear.nextLink();
    const opening = new WebSocket(`${url}?${new URLSearchParams({ journal, link })}`);
    webSocket = opening;
    opening.on("message", (data) => webSocket === opening && hear(JSON.parse(String(data)) as Frame));
    opening.on("error", () => {}); // "close" follows
    opening.on("close", (code) => {
      if (webSocket !== opening) return; // it said goodbye, and has come back
      if (isConnected) ear.onClosed(link, `close code ${code}`);
      isConnected = false;
      acks.clear();
      if (isWanted) setTimeout(() => isWanted && open(), awayMs);
      awayMs = COME_BACK_MS;
    });
  };

  const hear = ({ event, data = [], ack, id: question }: Frame) => {
    if (ack !== undefined) {
      acks.get(ack)?.();
      acks.delete(ack);
    } else if (event === "connect") {
      isConnected = true;
      ear.onOpened(link, false, "websocket");
    } else if (event === "who?") {
      webSocket?.send(JSON.stringify({ ack: question, data: [markOf(link)] }));
    } else if (event === "greeting") {
      ear.onGreeted(link, String(data[0]));
    } else if (event === "said") {
      const [id, ...more] = data as [string, ...unknown[]];
      ear.onGot(link, id, more);
    }
  };

  return {
    get isConnected() {
      return isConnected;
    },
    get link() {
      return link;
    },
    connect() {
      isWanted = true;
      open();
    },
    disconnect() {
      isWanted = false;
      if (isConnected) ear.onClosed(link, "goodbye");
      isConnected = false;
      acks.clear();
      webSocket?.close(1000);
      webSocket = undefined;
    },
    closeSocket: () => webSocket?.terminate(),
    stayAway(ms) {
      awayMs = ms;
      webSocket?.terminate();
    },
    emit({ event, id, room }, manner, onAck) {
      const ackId = manner === "once" ? undefined : nextAck++;
      if (ackId !== undefined) acks.set(ackId, onAck);
      webSocket?.send(JSON.stringify({ action: event, data: [id, room], id: ackId }));
    },
  };
}
