/**
 * AWS around the runtime, in one process and in virtual time: environments, an HTTP API behind a CDN, a
 * WebSocket API, two tables. Each step comes late, and some go wrong.
 */

import { Server } from "socket.io";
import { dynamoStores } from "../../runtime/backend.js";
import type { Delivery } from "../../runtime/delivery/delivery.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import { GoneError } from "../../runtime/errors.js";
import type { GatewayEvent } from "../../runtime/events/invocation.js";
import { createHandlers } from "../../runtime/handlers.js";
import { longPolling } from "../../runtime/long-polling.js";
import type { HttpEvent, HttpResult } from "../../runtime/polling/http-event.js";
import { answerPoll } from "../../runtime/polling/poll-request.js";
import { withQueues } from "../../runtime/polling/polling-backend.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import { type Around, MemoryDynamo } from "../support/memory-dynamo.js";
import type { VirtualTime } from "./virtual-time.js";

const TIMEOUT_MS = 29_000;
const ENDPOINT = "http://sim/prod";
const MINUTE_MS = 60_000;

/** How often things go wrong. */
export interface Troubles {
  /** An answer of DynamoDB is lost, and the SDK makes the call again. */
  readonly lostTableAnswers: number;
  /** The CDN, or a browser, makes a GET again. */
  readonly repeatedGets: number;
  /** The client sees no answer to a request that was served. */
  readonly lostAnswers: number;
  readonly lostDisconnects: number;
  /** Milliseconds that a WebSocket needs at most, beside what all need. */
  readonly slowWireMs: number;
  /** Lambda runs an asynchronous event twice. */
  readonly repeatedEvents: number;
}

/** A client's end of a WebSocket. */
export interface SocketEnd {
  onopen?: () => void;
  onclose?: (event: object) => void;
  onmessage?: (event: { readonly data: string }) => void;
  onerror?: (event: object) => void;
  send(frame: string): void;
  close(): void;
}

interface Environment {
  readonly handler: (event: object) => Promise<object>;
  readonly delivery: Delivery;
  isBusy: boolean;
  isDead: boolean;
  readonly died: Promise<never>;
  readonly die: () => void;
}

interface OpenSocket {
  readonly end: SocketEnd;
  isOpen: boolean;
  /** Frames reach the client in the order in which they were taken. */
  lastArrival: number;
}

const NEVER = new Promise<never>(() => {});

export class World {
  readonly #tables = new MemoryDynamo();
  readonly environments: Environment[] = [];
  readonly #sockets = new Map<string, OpenSocket>();
  /** What happened that a client may have to come again for. */
  readonly breaks: string[] = [];
  readonly history: string[] = [];
  #ids = 0;

  constructor(
    readonly time: VirtualTime,
    private readonly troubles: Troubles,
    private readonly app: (io: Server) => void,
  ) {}

  tell(what: string): void {
    this.history.push(`${(this.time.now - 1_800_000_000_000).toFixed(0).padStart(7)} ${what}`);
  }

  /** What an environment sends by itself, as a handler of another client would. */
  sender(): Delivery {
    return this.#newEnvironment().delivery;
  }

  /** One of those that are at work. */
  kill(): void {
    const busy = this.environments.filter(({ isBusy, isDead }) => isBusy && !isDead);
    const victim = busy[Math.floor(this.time.random() * busy.length)];
    if (!victim) return;
    this.breaks.push("an environment died");
    this.tell("an environment dies");
    victim.isDead = true;
    victim.die();
  }

  async heartbeat(): Promise<void> {
    await this.#invokeAsync({ selfEvent: "heartbeat" });
  }

  /** Of a client. Status 0: it saw no answer. */
  async request(method: string, url: string, body?: string): Promise<{ status: number; body: string }> {
    const { time, troubles } = this;
    const { searchParams, search, pathname } = new URL(url.replace(/^ws/, "http"));
    const event: HttpEvent = {
      version: "2.0",
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: { host: "sim", ...(body !== undefined && { "content-type": "text/plain;charset=UTF-8" }) },
      requestContext: {
        requestId: `r${this.#ids++}`,
        timeEpoch: time.now,
        http: { method, sourceIp: "192.0.2.1" },
      },
      isBase64Encoded: false,
      ...(body !== undefined && { body }),
    };
    const name = `${method} ${searchParams.get("t")} ${body ?? ""}`;
    this.tell(name);
    const isPoll = method === "GET" && searchParams.has("sid");
    const serve = async (): Promise<HttpResult> => {
      await time.delay(time.latency());
      const result = (isPoll ? this.#poll(event) : this.#invoke(event)) as Promise<HttpResult>;
      const answer = await result.catch(() => ({ statusCode: 500, body: "" }));
      await time.delay(time.latency());
      return answer;
    };
    const answers = [serve()];
    if (isPoll && time.chance(troubles.repeatedGets)) {
      await time.delay(time.between(0, 300));
      this.tell(`${name} again`);
      answers.push(serve());
    }
    // The first may be lost on its way to the CDN, which only then asks again.
    const answer = await (time.chance(0.5) ? answers.at(-1) : Promise.race(answers));
    if (time.chance(troubles.lostAnswers)) {
      this.breaks.push("an answer was lost");
      this.tell(`${name}: its answer is lost`);
      return { status: 0, body: "" };
    }
    this.tell(`${name} -> ${answer?.statusCode} ${answer?.body?.replaceAll("\x1e", " ")}`);
    return { status: answer?.statusCode ?? 0, body: answer?.body ?? "" };
  }

  /** Of a client. */
  open(url: string): SocketEnd & { readonly id: string } {
    const id = `ws${this.#ids++}`;
    const leave = (code: number) => {
      const open = this.#sockets.get(id);
      if (open) void this.#closed(id, open, code);
    };
    const end = {
      id,
      send: (frame: string) => void this.#message(id, frame),
      close: () => leave(1005),
    };
    void this.#connect(id, url, end);
    return end;
  }

  /** The network loses a WebSocket. */
  drop(id: string): void {
    const open = this.#sockets.get(id);
    if (!open?.isOpen) return;
    this.tell(`${id} is lost`);
    void this.#closed(id, open, 1006);
  }

  async #connect(id: string, url: string, end: SocketEnd): Promise<void> {
    const { time } = this;
    this.tell(`${id} opens ${url}`);
    await time.delay(this.#wireMs());
    const query = Object.fromEntries(new URL(url.replace(/^ws/, "http")).searchParams);
    const multi = Object.fromEntries(Object.entries(query).map(([key, value]) => [key, [value]]));
    const event = {
      headers: {},
      multiValueHeaders: {},
      queryStringParameters: query,
      multiValueQueryStringParameters: multi,
      requestContext: this.#context(id, "CONNECT", "$connect"),
    };
    const open: OpenSocket = { end, isOpen: false, lastArrival: 0 };
    const { statusCode } = (await this.#invoke(event).catch(() => ({ statusCode: 502 }))) as {
      statusCode: number;
    };
    await time.delay(time.latency());
    this.tell(`${id}: $connect ${statusCode}`);
    if (statusCode !== 200) {
      end.onerror?.({ statusCode });
      return;
    }
    open.isOpen = true;
    this.#sockets.set(id, open);
    end.onopen?.();
  }

  async #message(id: string, body: string): Promise<void> {
    const { time } = this;
    const open = this.#sockets.get(id);
    if (!open?.isOpen) return;
    this.tell(`${id} <- ${body}`);
    const context = this.#context(id, "MESSAGE", "$default");
    await time.delay(this.#wireMs()); // each for itself: they overtake each other
    await this.#invoke({ body, requestContext: { ...context, messageId: `m${this.#ids++}` } }).catch(() =>
      // As API Gateway does where a function fails (`aws-facts.md` §1.6).
      this.#toClient(open, id, JSON.stringify({ message: "Internal server error", connectionId: id })),
    );
  }

  async #closed(id: string, open: OpenSocket, code: number): Promise<void> {
    const { time } = this;
    if (!open.isOpen) return;
    open.isOpen = false;
    time.at(time.latency(), () => open.end.onclose?.({ code }));
    if (time.chance(this.troubles.lostDisconnects)) return;
    await time.delay(time.latency());
    const requestContext = {
      ...this.#context(id, "DISCONNECT", "$disconnect"),
      disconnectStatusCode: code,
      disconnectReason: "",
    };
    this.tell(`${id}: $disconnect`);
    await this.#invoke({ requestContext }).catch(() => {});
  }

  #toClient(open: OpenSocket, id: string, frame: string): void {
    const { time } = this;
    open.lastArrival = Math.max(open.lastArrival + 0.001, time.now + this.#wireMs());
    time.at(open.lastArrival - time.now, () => {
      if (!open.isOpen) return;
      this.tell(`${id} -> ${frame}`);
      open.end.onmessage?.({ data: frame });
    });
  }

  /** To and from WebSockets; whole runs have a slow one. */
  #wireMs(): number {
    return this.time.latency() + this.troubles.slowWireMs * this.time.random();
  }

  #context(connectionId: string, eventType: string, routeKey: string) {
    return {
      connectionId,
      eventType,
      routeKey,
      connectedAt: this.time.now,
      apiId: "sim",
      stage: "prod",
      domainName: "sim",
      requestId: `r${this.#ids++}`,
      requestTimeEpoch: this.time.now,
      identity: { sourceIp: "192.0.2.1" },
    };
  }

  /** By a free environment; it rejects where that dies. */
  async #invoke(event: object): Promise<object> {
    const free = this.environments.filter(({ isBusy, isDead }) => !isBusy && !isDead);
    const environment = free[Math.floor(this.time.random() * free.length)] ?? this.#newEnvironment();
    environment.isBusy = true;
    try {
      return await Promise.race([environment.handler(event), environment.died]);
    } finally {
      environment.isBusy = false;
    }
  }

  async #invokeAsync(event: SelfEvent): Promise<void> {
    const { time } = this;
    await time.delay(time.latency());
    const isRepeated = time.chance(this.troubles.repeatedEvents);
    const run = async (): Promise<void> => {
      await time.delay(time.latency());
      this.tell(`runs ${event.selfEvent} ${"reason" in event ? event.reason : ""}`);
      await this.#invoke(event).catch(async () => {
        await time.delay(MINUTE_MS);
        await run();
      });
    };
    void run();
    if (isRepeated) void run();
  }

  /** The poll function: nothing is kept between two of its events. */
  #poll(event: HttpEvent): Promise<HttpResult> {
    const { time } = this;
    const startedAt = time.now;
    const polling = dynamoPolling(
      this.#client(() => false),
      "Rooms",
    );
    const polls = { polling, invokeApp: (self: SelfEvent) => this.#invokeAsync(self) };
    return answerPoll(polls, event, () => startedAt + TIMEOUT_MS - time.now);
  }

  #newEnvironment(): Environment {
    let die = () => {};
    const died = new Promise<never>((_, reject) => {
      die = () => reject(new Error("The environment died."));
    });
    died.catch(() => {});
    const io = new Server();
    this.app(io);
    const isDead = () => environment.isDead;
    const client = this.#client(isDead);
    const invokeSelf = (event: SelfEvent) => (isDead() ? NEVER : this.#invokeAsync(event));
    const backend = withQueues(
      {
        ...dynamoStores(client, "Connections", "Rooms"),
        delivery: this.#gateway(isDead),
        invokeSelf,
        invokeDeliver: undefined,
        endpoint: ENDPOINT,
      },
      dynamoPolling(client, "Rooms"),
    );
    const { handler } = createHandlers(io, { backend: () => backend, longPolling, tickMs: MINUTE_MS });
    const context = () => {
      const startedAt = this.time.now;
      return { getRemainingTimeInMillis: () => startedAt + TIMEOUT_MS - this.time.now };
    };
    const environment: Environment = {
      handler: (event) => handler(event as GatewayEvent, context()),
      delivery: backend.delivery,
      isBusy: false,
      isDead: false,
      died,
      die,
    };
    this.environments.push(environment);
    return environment;
  }

  #client(isDead: () => boolean): DynamoClient {
    const { time, troubles } = this;
    const around: Around = async (call, name, { ConsistentRead }) => {
      if (isDead()) return NEVER;
      await time.delay(time.latency());
      if (isDead()) return NEVER;
      let outcome = attempt(call);
      if (name !== "Query" && name !== "GetItem" && time.chance(troubles.lostTableAnswers)) {
        await time.delay(time.between(0, 500)); // the SDK waits before it tries again
        if (isDead()) return NEVER;
        outcome = attempt(call);
      }
      await time.delay(time.latency());
      if (isDead()) return NEVER;
      const answer = outcome();
      return ConsistentRead === false && time.chance(0.3) ? this.#stale(answer) : answer;
    };
    return this.#tables.client(around);
  }

  /** An eventual read may lack what was written last, in no order. */
  #stale(answer: object): object {
    const { Items: [first, ...rows] = [] } = answer as { Items?: readonly object[] };
    return { Items: [...(first ? [first] : []), ...rows.filter(() => this.time.chance(0.5))] };
  }

  #gateway(isDead: () => boolean): Delivery {
    const { time } = this;
    const call = async (id: string): Promise<OpenSocket> => {
      if (isDead()) return NEVER;
      await time.delay(time.latency());
      const open = this.#sockets.get(id);
      if (isDead()) return NEVER;
      if (!open?.isOpen) throw new GoneError(id);
      return open;
    };
    return {
      post: async ({ connectionId }, frames) => {
        const open = await call(connectionId);
        for (const frame of frames) this.#toClient(open, connectionId, frame);
        await time.delay(time.latency());
      },
      check: async ({ connectionId }) => void (await call(connectionId)),
      close: async ({ connectionId }) => {
        this.tell(`${connectionId} is closed by the server`);
        const open = await call(connectionId).catch(() => undefined);
        if (open) void this.#closed(connectionId, open, 1000);
      },
    };
  }
}

function attempt(call: () => object): () => object {
  try {
    const answer = call();
    return () => answer;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
