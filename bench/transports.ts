/** How long each kind of client takes to connect, and to be acked: here, or at Socket.IO's own server. */
import { setTimeout as delay } from "node:timers/promises";
import { io as connect, type Socket } from "socket.io-client";
import { connectMs } from "./local-stack.js";

export const KINDS = ["websocket", "default", "polling"] as const;
export type Kind = (typeof KINDS)[number];

export interface Times {
  readonly connectMs: Record<Kind, number[]>;
  /** Of default clients: from the first byte until they are connected and have upgraded. */
  readonly upgradedMs: number[];
  /** Default clients that stayed with polling: the machine was too slow for the second that they have. */
  missedUpgrades: number;
  /** Acked events, one after another. */
  readonly ackMs: Record<"websocket" | "polling", number[]>;
}

export function noTimes(): Times {
  return {
    connectMs: { websocket: [], default: [], polling: [] },
    upgradedMs: [],
    missedUpgrades: 0,
    ackMs: { websocket: [], polling: [] },
  };
}

/** Clients before those that count, of each kind. */
const WARMING_CLIENTS = 5;
const WARMING_EVENTS = 30;

/** Until the events of a goodbye are over, which would hold up the next client's. */
const GOODBYE_MS = 150;
const UPGRADE_MS = 5_000;

export interface Size {
  readonly clients: number;
  readonly events: number;
}

/** @param times gets them */
export async function measure(url: URL, times: Times, { clients, events }: Size): Promise<void> {
  for (const kind of KINDS) {
    for (let i = -WARMING_CLIENTS; i < clients; i++) {
      const client = clientOf(url, kind);
      const upgraded = upgradedMs(client);
      const ms = await connectMs(client);
      const wholeMs = kind === "default" ? await upgraded : ms;
      if (i >= 0) times.connectMs[kind].push(ms);
      if (i >= 0 && kind === "default") {
        if (wholeMs === undefined) times.missedUpgrades++;
        else times.upgradedMs.push(Math.max(ms, wholeMs));
      }
      client.disconnect();
      await delay(GOODBYE_MS);
    }
  }
  for (const kind of ["websocket", "polling"] as const) {
    const client = clientOf(url, kind);
    await connectMs(client);
    for (let i = -WARMING_EVENTS; i < events; i++) {
      const startMs = performance.now();
      await client.emitWithAck("ask");
      if (i >= 0) times.ackMs[kind].push(performance.now() - startMs);
    }
    client.disconnect();
  }
}

export function clientOf({ port }: URL, kind: Kind): Socket {
  return connect(`http://127.0.0.1:${port}`, {
    ...(kind !== "default" && { transports: [kind] }),
    reconnection: false,
    forceNew: true,
    autoConnect: false,
  });
}

/** From now. `undefined` where it does not upgrade in time. */
async function upgradedMs(client: Socket): Promise<number | undefined> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const late = setTimeout(resolve, UPGRADE_MS, undefined);
    client.io.once("open", () => {
      client.io.engine.once("upgrade", () => {
        clearTimeout(late);
        resolve(performance.now() - startMs);
      });
      client.io.engine.once("close", () => clearTimeout(late));
    });
  });
}
