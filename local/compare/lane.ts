import { setTimeout as delay } from "node:timers/promises";
import type { WebSocket } from "ws";
import { FRONT_DOOR } from "../../runtime/contract.js";
import { type HeaderFields, headerValue } from "../http/message.js";
import { localPackage } from "../packages.js";
import type { Arrival, Heard } from "./client-traffic.js";
import { Counterparts } from "./counterparts.js";
import { isAck, isTransportsOwn, readFrame } from "./frame.js";

/** A server for a lane: nobody else talks to it. */
export interface LaneServer {
  /** With the stage's path: `ws://127.0.0.1:PORT/STAGE`. */
  readonly url: string;
  /** Resolves when no event runs any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What a client got because of a step. */
export interface Sent {
  readonly client: number;
  readonly text: string;
}

const STEP_PATIENCE_MS = 5_000;
/** A handler that waits for its client's answer ends with one of the next steps. */
const QUESTION_PATIENCE_MS = 50;

/** What belongs to a connection of its own, or is the WebSocket handshake's. */
const NOT_PASSED_ON =
  /^(?:host|connection|upgrade|content-.*|accept-encoding|transfer-encoding|sec-websocket-.*|x-forwarded-.*|x-amz.*|via|x-socket-io-.*)$/i;

/**
 * Plays what clients said once more, to a server of its own, one step behind the other: each ends before the
 * next begins. Clients that polled hold a WebSocket here.
 */
export class Lane {
  readonly #server: LaneServer;
  readonly #clients = new Map<number, WebSocket>();
  readonly #counterparts = new Counterparts();
  /** Acks that the server waits for: the client's number and the id. */
  readonly #questions = new Set<string>();
  #onQuestion = () => {};
  #sent: Sent[] = [];

  constructor(server: LaneServer) {
    this.#server = server;
  }

  /** Plays a step, and resolves with what clients got; what the main run's clients got is noted. */
  async play(step: Heard): Promise<readonly Sent[]> {
    if (step.type === "sent") {
      this.#counterparts.note("main", step.client, step.text);
      return [];
    }
    await this.#do(step);
    await this.#passed();
    await Promise.race([
      this.#server.settled(),
      this.#asked().then(() => pause(QUESTION_PATIENCE_MS)),
      pause(STEP_PATIENCE_MS),
    ]);
    await this.#passed();
    const sent = this.#sent.map(({ client, text }) => ({ client, text: this.#counterparts.toMain(text) }));
    this.#sent = [];
    return sent;
  }

  /** Whether a client of the main run is one here. */
  has(client: number): boolean {
    const socket = this.#clients.get(client);
    return socket !== undefined && socket.readyState === socket.OPEN;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.terminate();
    await this.#server.close();
  }

  async #do(step: Exclude<Heard, { type: "sent" }>): Promise<void> {
    if (step.type === "opened") return this.#open(step.client, step.arrival);
    const client = this.#clients.get(step.client);
    if (client?.readyState !== client?.OPEN) return; // it was refused here, or closed
    if (step.type === "closed") {
      client?.close();
      if (client) await ended(client);
    } else if (!isTransportsOwn(step.text)) {
      const text = this.#counterparts.toLane(step.text);
      if (isAck(text)) this.#questions.delete(`${step.client} ${readFrame(text).ackId}`);
      client?.send(text);
    }
  }

  async #open(number: number, { query, headers }: Arrival): Promise<void> {
    const asked = new URLSearchParams(query);
    for (const name of ["sid", "t", "b64"]) asked.delete(name);
    if (asked.has("transport")) asked.set("transport", "websocket");
    const { WebSocket } = localPackage("ws");
    const client = new WebSocket(`${this.#server.url}?${asked}`, {
      headers: headersFor(headers, new URL(this.#server.url).host),
      perMessageDeflate: false,
    });
    this.#clients.set(number, client);
    client.on("error", () => {}); // a refused handshake ends with "close", too
    client.on("message", (data) => this.#hear(number, client, String(data)));
    await Promise.race([new Promise((resolve) => client.once("open", resolve)), ended(client)]);
  }

  #hear(number: number, client: WebSocket, text: string): void {
    if (text === "2") client.send("3");
    if (isTransportsOwn(text)) return;
    this.#counterparts.note("lane", number, text);
    const { ackId } = readFrame(text);
    if (ackId !== undefined && !isAck(text)) {
      this.#questions.add(`${number} ${ackId}`);
      this.#onQuestion();
    }
    this.#sent.push({ client: number, text });
  }

  /** Resolves when the server waits for a client's answer. */
  #asked(): Promise<void> {
    if (this.#questions.size > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onQuestion = resolve;
    });
  }

  /** What either side sent before is there when a ping has been answered. */
  async #passed(): Promise<void> {
    const open = [...this.#clients.values()].filter(({ readyState, OPEN }) => readyState === OPEN);
    await Promise.all(open.map(answered));
  }
}

/** A page of the server's own address is one here as well. */
function headersFor(headers: HeaderFields, host: string): Record<string, string> {
  const asked = headerValue(headers, FRONT_DOOR.hostHeader) ?? headerValue(headers, "host") ?? "";
  const passed = headers.filter(([name]) => !NOT_PASSED_ON.test(name));
  const own = passed.map(([name, value]) => {
    const isOwnPage = name.toLowerCase() === "origin" && asked !== "" && value.endsWith(`//${asked}`);
    return [name, isOwnPage ? `http://${host}` : value];
  });
  return Object.fromEntries(own);
}

function ended(client: WebSocket): Promise<void> {
  return new Promise((resolve) => client.once("close", () => resolve()));
}

function pause(ms: number): Promise<void> {
  return delay(ms, undefined, { ref: false });
}

/** Resolves when the server has answered a ping, or the connection has ended. */
function answered(client: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      client.off("pong", end).off("close", end);
      resolve();
    };
    client.on("pong", end).on("close", end).ping();
  });
}
