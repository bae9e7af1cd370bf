import { inspect } from "node:util";
import type { Namespace } from "socket.io";

/** One of each type that `socket.data` keeps. */
export function structuredValues() {
  return {
    date: new Date(86_400_000),
    map: new Map<unknown, unknown>([["key", new Set([1, 2])]]),
    set: new Set(["a", new Date(0)]),
    buffer: Buffer.from([0, 127, 255]),
    bytes: new Uint16Array([1, 65_535]),
    bigint: 2n ** 70n,
    regexp: /^a+$/i,
    numbers: [Number.NaN, -0, Number.POSITIVE_INFINITY],
    nested: { list: [{ deep: { date: new Date(1) } }], nothing: null, text: "日本語 😀" },
    holes: { absent: undefined },
  };
}

/** What `socket.data` may be instead of an object with keys. */
export function wholeValues(): Record<string, unknown> {
  return {
    text: "text",
    "empty text": "",
    number: 42,
    false: false,
    null: null,
    array: [1, { two: 2 }],
    map: new Map([["key", new Date(7)]]),
    set: new Set([1]),
    date: new Date(86_400_000),
    buffer: Buffer.from([1, 255]),
    bigint: 2n ** 70n,
    undefined: undefined,
  };
}

/** Text that differs for any two different values, types included. */
export function inspected(value: unknown): string {
  return inspect(value, { depth: null, sorted: true, breakLength: Number.POSITIVE_INFINITY });
}

interface Own {
  user?: { name: string; since: Date };
  counter?: number;
}

export function session(namespace: Namespace): Namespace {
  return namespace.on("connection", (socket) => {
    const own = socket as typeof socket & Own;
    socket.data.visits = 1;
    own.counter = 0;

    socket.on("fill", (reply) => {
      Object.assign(socket.data, structuredValues());
      reply();
    });
    socket.on("inspect", (reply) => reply(inspected(socket.data)));
    socket.on("get", (key, reply) => reply(socket.data[key]));
    socket.on("delete", (key, reply) => {
      delete socket.data[key];
      reply();
    });
    socket.on("replace", (values, reply) => {
      socket.data = values;
      reply();
    });
    socket.on("replace by", (kind, reply) => {
      socket.data = wholeValues()[kind];
      reply();
    });
    socket.on("push", (key, item, reply) => {
      socket.data[key] ??= { list: [] };
      socket.data[key].list.push(item);
      reply();
    });
    socket.on("be user", (name, reply) => {
      own.user = { name, since: new Date(0) };
      reply();
    });
    socket.on("who", (reply) => reply(inspected(own.user)));
    socket.on("count up", (reply) => {
      own.counter = (own.counter ?? 0) + 1;
      reply(own.counter);
    });
    socket.on("handshake", (reply) => {
      const { handshake, request, conn } = socket;
      reply({
        ...handshake,
        requestUrl: request.url,
        requestCookie: request.headers.cookie,
        remoteAddress: conn.remoteAddress,
        transport: conn.transport.name,
      });
    });
  });
}
