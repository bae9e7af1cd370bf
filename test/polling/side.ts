/**
 * Socket.IO's own server on `http.Server`, and ours on the test kit, with the same app and options: both are
 * asked the same.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type ServerOptions } from "socket.io";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import WebSocket from "ws";
import { serveLocal } from "../../local/testing.js";
import { Frames } from "../support/clients.js";
import { type Answered, type Asked, ask } from "./asked.js";

/** What `connection_error` tells, without the request. */
interface Refused {
  readonly code: number;
  readonly message: string;
  readonly context: unknown;
}

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

export interface SideOptions {
  readonly io?: Partial<ServerOptions>;
  readonly app?: (io: Server) => void;
  /** `io.engine` is there: behind `attach`, and behind `createHandlers`. */
  readonly engine?: (engine: Server["engine"]) => void;
}

/** One of the two servers. */
export class Side {
  readonly refused: Refused[] = [];

  constructor(
    readonly name: "upstream" | "ours",
    readonly io: Server,
    private readonly port: number,
  ) {
    io.engine.on("connection_error", ({ code, message, context }) => {
      this.refused.push({ code, message, context: JSON.parse(JSON.stringify(context ?? null)) });
    });
  }

  get path(): string {
    return `${this.io.path()}/`;
  }

  /** `http://127.0.0.1:PORT`, for a real client. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  ask(query: string, asked?: Asked): Promise<Answered> {
    return ask(`${this.origin}${this.path}${query}`, asked);
  }

  /** A session that began with a GET. */
  async open(asked?: Asked): Promise<Session> {
    const { body, ...opened } = await this.ask("?EIO=4&transport=polling", asked);
    expect(opened.status).toBe(200);
    return new Session(this, JSON.parse(body.slice(1)).sid);
  }

  /** A WebSocket that is let in. */
  async webSocket(query: string): Promise<Frames> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}${this.path}${query}`);
    const frames = new Frames(socket);
    closers.push(async () => socket.terminate());
    await once(socket, "open");
    return frames;
  }

  /** The status with which a WebSocket is refused; 101 where it is let in. */
  handshake(query: string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.port}${this.path}${query}`, { headers });
      closers.push(async () => socket.terminate());
      socket.once("unexpected-response", (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.once("open", () => resolve(101));
      socket.once("error", reject);
    });
  }
}

/** A session by long-polling, as a client that keeps to the protocol has it. */
export class Session {
  #turns = 0;

  constructor(
    readonly side: Side,
    readonly sid: string,
  ) {}

  get query(): string {
    return `?EIO=4&transport=polling&sid=${this.sid}`;
  }

  /** Each with a `t` of its own. */
  get(asked?: Asked): Promise<Answered> {
    return this.side.ask(`${this.query}&t=turn${++this.#turns}`, asked);
  }

  /**
   * Packets of GETs up to the last of `count`, without noops: upstream and ours may cut them into answers
   * differently.
   */
  async packets(count: number): Promise<readonly string[]> {
    const found: string[] = [];
    while (found.length < count) {
      const { body } = await this.get();
      found.push(...body.split("\x1e").filter((packet) => packet !== "6"));
    }
    return found;
  }

  post(body: string | Buffer, headers: Readonly<Record<string, string>> = TEXT): Promise<Answered> {
    return this.side.ask(this.query, { method: "POST", headers, body });
  }

  /** A namespace is joined: the answers, up to the one that says so. */
  async join(): Promise<void> {
    await this.post("40");
    const { body } = await this.get();
    expect(body).toMatch(/^40\{/);
  }

  webSocket(): Promise<Frames> {
    return this.side.webSocket(`?EIO=4&transport=websocket&sid=${this.sid}`);
  }
}

export const TEXT = { "content-type": "text/plain;charset=UTF-8" };

export async function upstream({ io: options, app, engine }: SideOptions = {}): Promise<Side> {
  const io = new Server(options);
  app?.(io);
  const http = createServer();
  io.attach(http, options);
  engine?.(io.engine);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    http.closeAllConnections();
    await io.close();
  });
  return new Side("upstream", io, (http.address() as AddressInfo).port);
}

export async function ours({ io: options, app, engine }: SideOptions = {}): Promise<Side> {
  const io = new Server(options);
  app?.(io);
  const server = await serveLocal(io);
  engine?.(io.engine);
  closers.push(() => server.close());
  return new Side("ours", io, server.gateway.port);
}

/** Ours does what upstream does. Resolves with what that is. */
export async function same<T>(options: SideOptions, scenario: (side: Side) => Promise<T>): Promise<T> {
  const [theirs, own] = await Promise.all([upstream(options), ours(options)]);
  return runSame({ theirs, own }, scenario);
}

/** What each of the two does, where that differs. */
export async function each<T>(options: SideOptions, scenario: (side: Side) => Promise<T>) {
  const [theirs, own] = await Promise.all([upstream(options), ours(options)]);
  return runEach({ theirs, own }, scenario);
}

/** As `same` and `each`, with one pair of servers for all tests of the `describe`. */
export function pair(options: SideOptions = {}) {
  let sides: Sides | undefined;
  const kept: (() => Promise<void>)[] = [];
  const started = () => {
    if (!sides) throw new Error("The servers are not started: use them inside of tests.");
    return sides;
  };
  beforeAll(async () => {
    sides = { theirs: await upstream(options), own: await ours(options) };
    kept.push(...closers.splice(0));
  });
  afterAll(async () => {
    for (const close of kept) await close();
  });
  return {
    each: <T>(scenario: (side: Side) => Promise<T>) => runEach(started(), scenario),
    same: <T>(scenario: (side: Side) => Promise<T>) => runSame(started(), scenario),
  };
}

interface Sides {
  readonly theirs: Side;
  readonly own: Side;
}

async function runEach<T>({ theirs, own }: Sides, scenario: (side: Side) => Promise<T>) {
  const run = async (side: Side) => {
    const before = side.refused.length;
    const result = await scenario(side);
    return { result, refused: side.refused.slice(before) };
  };
  const [expected, found] = await Promise.all([run(theirs), run(own)]);
  return { upstream: expected, ours: found };
}

async function runSame<T>(sides: Sides, scenario: (side: Side) => Promise<T>): Promise<T> {
  const { upstream: expected, ours: found } = await runEach(sides, scenario);
  expect(found.result).toEqual(expected.result);
  return found.result;
}
