/** The pool against real hosts, which answer, fall silent and die as they are told. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Random } from "../../local/faults/random.js";
import { HttpError } from "../../runtime/errors.js";
import { Dialer } from "../../runtime/http/dialer.js";
import { HttpPool, type HttpPoolOptions } from "../../runtime/http/http-pool.js";
import {
  answerOk,
  LAST_OK,
  OK,
  type OnRequest,
  RawHost,
  type Request,
  requestOf,
} from "../support/raw-host.js";

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);

const ANSWER = { status: 200, body: "ok" };

let host: RawHost;
let pool: HttpPool;
const dial = vi.spyOn(Dialer.prototype, "dial");

async function start(onRequest?: OnRequest, options?: HttpPoolOptions): Promise<void> {
  host = await RawHost.start(onRequest);
  pool = new HttpPool(host.origin(), options);
}

const send = (path: string) => pool.send(requestOf(path));

/** The pool's own end of a connection. */
const dialed = (index: number): Socket => dial.mock.results[index]?.value;

/** So many connections that have answered once, and wait. */
async function idle(count: number): Promise<void> {
  const all: Request[] = [];
  host.onRequest = (request) => {
    all.push(request);
    if (all.length === count) all.forEach(answerOk);
  };
  await Promise.all(Array.from({ length: count }, (_, i) => send(`idle-${i}`)));
  host.onRequest = answerOk;
  host.paths.length = 0;
}

/** That end of it which the host has. */
async function closed(index: number): Promise<void> {
  const socket = host.sockets[index];
  if (socket && !socket.closed) await once(socket, "close");
}

/** Ends connections that have answered once, without a byte, when the next request comes. */
const dieWhenUsedAgain: OnRequest = (request) =>
  request.before === 0 ? answerOk(request) : request.socket.destroy();

afterEach(async () => {
  await host.close();
  dial.mockClear();
});

describe("connections", () => {
  it("carry one request after another", async () => {
    await start();
    for (const path of ["a", "b", "c"]) expect(await send(path)).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b", "c"]);
    expect(host.sockets).toHaveLength(1);
  });

  it("carry one request at a time", async () => {
    await start();
    await idle(3);
    expect(host.sockets).toHaveLength(3);
  });

  it("the one that was used last is used next", async () => {
    await start();
    await idle(2);
    const used: Socket[] = [];
    host.onRequest = (request) => {
      used.push(request.socket);
      answerOk(request);
    };
    for (const path of ["a", "b", "c"]) await send(path);
    expect(new Set(used).size).toBe(1);
  });

  it("are 256 at most, and requests beyond wait", async () => {
    await start();
    const held: Request[] = [];
    host.onRequest = (request) => void held.push(request);
    const answers = Promise.all(Array.from({ length: 1_000 }, (_, i) => send(String(i))));
    await host.got(256);
    host.onRequest = answerOk;
    held.forEach(answerOk);
    expect(await answers).toMatchObject(Array(1_000).fill(ANSWER));
    expect(host.sockets).toHaveLength(256);
  });

  it("those that wait go first come, first served", async () => {
    await start(undefined, { maxSockets: 1 });
    const paths = Array.from({ length: 100 }, (_, i) => String(i));
    await Promise.all(paths.map(send));
    expect(host.paths).toEqual(paths);
  });

  it("those that wait go on when a connection ends, whatever became of its request", async () => {
    await start(undefined, { maxSockets: 1 });
    host.onRequest = (request) => {
      if (request.path === "cut") request.socket.destroy();
      else request.socket.end(LAST_OK);
    };
    const answers = await Promise.allSettled(["a", "cut", "b", "cut", "c"].map(send));
    expect(answers.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(host.sockets).toHaveLength(5);
  });

  it("that have ended are not counted", async () => {
    await start(({ socket }) => socket.write(LAST_OK), { maxSockets: 1 });
    for (const path of ["a", "b", "c"]) expect(await send(path)).toMatchObject(ANSWER);
    expect(host.sockets).toHaveLength(3);
  });

  it("that are idle keep no process alive, and those that wait for an answer do", async () => {
    await start(({ socket }) => setImmediate(() => socket.write(OK)));
    const program = fileURLToPath(new URL("./fixtures/two-requests.ts", import.meta.url));
    const run = promisify(execFile)(process.execPath, ["--import", "tsx", program, host.origin().href]);
    expect((await run).stdout).toBe("a 200 ok\nb 200 ok\n"); // the host keeps the connection for ever
  });
});

describe("a connection that was closed while idle", () => {
  it("costs no try", async () => {
    await start(dieWhenUsedAgain);
    expect(await send("a")).toMatchObject(ANSWER);
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b", "b"]);
  });

  it("costs nothing at all where that is known", async () => {
    await start();
    await send("a");
    host.sockets[0]?.end();
    await closed(0);
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b"]);
  });

  it("by a reset costs no try", async () => {
    await start();
    await send("a");
    host.sockets[0]?.resetAndDestroy();
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b"]);
  });

  it("costs no try in the very tick in which it dies", async () => {
    await start();
    await send("a");
    dialed(0).destroy();
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b"]);
  });

  it("costs one new connection, and not one try for each idle one", async () => {
    await start();
    await idle(50);
    host.onRequest = dieWhenUsedAgain;
    expect(await send("a")).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "a"]);
    expect(host.sockets).toHaveLength(51);
  });

  it("has those closed with it that have been idle for longer", async () => {
    await start();
    await idle(3);
    host.onRequest = dieWhenUsedAgain;
    await send("a");
    await Promise.all([closed(0), closed(1), closed(2)]);
    host.onRequest = answerOk;
    await send("b");
    expect(host.paths).toEqual(["a", "a", "b"]);
    expect(host.sockets).toHaveLength(4);
  });

  it("costs a burst one new connection for each request", async () => {
    await start();
    await idle(50);
    host.onRequest = dieWhenUsedAgain;
    const paths = Array.from({ length: 100 }, (_, i) => `burst-${i}`);
    expect(await Promise.all(paths.map(send))).toMatchObject(paths.map(() => ANSWER));
    expect(host.paths).toHaveLength(150);
    expect(host.sockets).toHaveLength(150);
  });

  it("costs no try where no further connection is allowed", async () => {
    await start(dieWhenUsedAgain, { maxSockets: 1 });
    await send("a");
    expect(await Promise.all([send("b"), send("c")])).toMatchObject([ANSWER, ANSWER]);
    expect(host.paths).toEqual(["a", "b", "b", "c", "c"]); // b, which had its turn, before c
  });

  it("is not used when it has been idle for 50 s: a frozen process may not know", async () => {
    await start();
    await idle(2);
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 50_001);
    expect(await send("a")).toMatchObject(ANSWER);
    now.mockRestore();
    await Promise.all([closed(0), closed(1)]);
    expect(host.paths).toEqual(["a"]);
    expect(host.sockets).toHaveLength(3);
  });
});

describe("a request fails, and is not sent again,", () => {
  it("where a new connection ends without an answer", async () => {
    await start(({ socket }) => socket.end());
    await expect(send("a")).rejects.toThrow(HttpError);
    expect(host.paths).toEqual(["a"]);
  });

  it("where the host ends its side while it still gets the request", async () => {
    await start(({ socket }) => socket.pause().end());
    const large = requestOf("a", "x".repeat(20_000_000)); // more than the system's buffers hold
    await expect(pool.send(large)).rejects.toThrow("ended the connection before its answer");
  });

  it("where its second connection ends without an answer, too", async () => {
    await start();
    await send("a");
    host.onRequest = ({ socket }) => socket.end();
    await expect(send("b")).rejects.toThrow(HttpError);
    expect(host.paths).toEqual(["a", "b", "b"]);
  });

  it.each(["HTTP/1.1 100 Continue\r\n\r\n", "H", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok"])(
    "where the connection ends after %j",
    async (text) => {
      await start();
      await send("a");
      host.onRequest = ({ socket }) => socket.end(text);
      await expect(send("b")).rejects.toThrow("ended the connection before its answer");
      expect(host.paths).toEqual(["a", "b"]);
    },
  );

  it("where an answer without a length is cut by a reset", async () => {
    await start(({ socket }) => socket.write("HTTP/1.1 200 OK\r\n\r\nhalf"));
    const answer = send("a");
    await host.got(1);
    await expect.poll(() => dialed(0).bytesRead).toBeGreaterThan(0);
    host.sockets[0]?.resetAndDestroy();
    await expect(answer).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("where the host speaks something else, whose connection is not used again", async () => {
    await start(({ socket }) => socket.write("220 mail.example ESMTP\r\n"));
    await expect(send("a")).rejects.toThrow(HttpError);
    await closed(0);
    host.onRequest = answerOk;
    expect(await send("b")).toMatchObject(ANSWER);
  });

  it("where nobody listens", async () => {
    await start();
    await host.close();
    host = await RawHost.start();
    const nobody = new HttpPool(new URL("http://127.0.0.1:1"));
    await expect(nobody.send(requestOf("a"))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("silence", () => {
  it("fails a request", async () => {
    await start(() => {}, { silenceMs: 20 });
    await expect(send("a")).rejects.toThrow("The host was silent for 20 ms.");
    await closed(0);
    expect(host.paths).toEqual(["a"]);
  });

  it("in the middle of an answer without a length does not complete it", async () => {
    await start(({ socket }) => socket.write("HTTP/1.1 200 OK\r\n\r\nhalf"), { silenceMs: 20 });
    await expect(send("a")).rejects.toThrow(HttpError);
  });

  it("of a connection that was idle has those closed that have been idle for longer", async () => {
    await start();
    await idle(3);
    host.onRequest = (request) => request.before === 0 && answerOk(request);
    const answer = send("a");
    for (const index of [0, 1, 2]) dialed(index).emit("timeout"); // of which one carries the request
    await expect(answer).rejects.toThrow("silent");
    expect(await send("b")).toMatchObject(ANSWER);
    await Promise.all([closed(0), closed(1), closed(2)]);
    expect(host.paths.at(-1)).toBe("b");
  });

  it("of a connection that nobody uses harms nothing", async () => {
    await start();
    await send("a");
    dialed(0).emit("timeout");
    const answer = send("b");
    expect(await answer).toMatchObject(ANSWER);
    expect(host.sockets).toHaveLength(1);
  });
});

describe("an answer", () => {
  it("without a length ends with its connection", async () => {
    await start(({ socket }) => socket.end("HTTP/1.0 429 Slow Down\r\n\r\nslow down"));
    expect(await send("a")).toMatchObject({ status: 429, body: "slow down" });
  });

  it("that says close is the last of its connection", async () => {
    await start(({ socket }) => socket.write(LAST_OK));
    expect(await send("a")).toMatchObject(ANSWER);
    await closed(0); // by the pool: the host leaves it open
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.sockets).toHaveLength(2);
  });

  it("with more behind it is the last of its connection", async () => {
    await start(({ socket }) => socket.write(`${OK}HTTP/1.1 500 Stray\r\ncontent-length: 0\r\n\r\n`));
    expect(await send("a")).toMatchObject(ANSWER);
    await closed(0);
    expect(await send("b")).toMatchObject(ANSWER);
  });

  it("that nobody asked for is given to nobody", async () => {
    await start();
    await send("a");
    host.sockets[0]?.write("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n");
    await closed(0);
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.sockets).toHaveLength(2);
  });

  it("that nobody asked for spoils no request of the same tick", async () => {
    await start();
    await send("a");
    dialed(0).emit("data", Buffer.from("HTTP/1.1 408 Request Timeout\r\n"));
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b"]);
  });

  it("that comes before the host has all of the request is the last of its connection", async () => {
    await start(({ socket }) => socket.pause().write(OK));
    const large = requestOf("a", "x".repeat(20_000_000)); // more than the system's buffers hold
    expect(await pool.send(large)).toMatchObject(ANSWER);
    host.sockets[0]?.resume();
    await closed(0);
    host.onRequest = answerOk;
    expect(await send("b")).toMatchObject(ANSWER);
    expect(host.sockets).toHaveLength(2);
  });
});

it(`each request gets its own answer or an error, and goes out twice at most (SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  await start(
    async ({ path, socket }) => {
      const close = random.next("close") < 0.2 ? "connection: close\r\n" : "";
      const text = `HTTP/1.1 200 OK\r\n${close}content-length: ${path.length}\r\n\r\n${path}`;
      const cut = Math.floor(random.next("cut") * text.length);
      const fate = random.next("fate");
      if (fate < 0.1) socket.destroy();
      else if (fate < 0.15) socket.resetAndDestroy();
      else if (fate < 0.2) socket.end(text.slice(0, cut));
      else if (fate < 0.3) socket.write(`${text}and more`);
      else if (fate < 0.4) socket.end(text);
      else {
        socket.write(text.slice(0, cut));
        await new Promise(setImmediate);
        socket.write(text.slice(cut));
      }
    },
    { maxSockets: 8 },
  );
  const paths = Array.from({ length: 1_000 }, (_, i) => String(i));
  const answers = await Promise.allSettled(paths.map(send));
  const answered = answers.flatMap((each, i) =>
    each.status === "fulfilled" ? [[each.value.body, paths[i]]] : [],
  );
  expect(answered.length).toBeGreaterThan(600);
  expect(answered.filter(([body, path]) => body !== path)).toEqual([]);
  expect(paths.filter((path) => host.paths.filter((got) => got === path).length > 2)).toEqual([]);
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

it.runIf(hasIpv6)("an IPv6 address in brackets is dialed", async () => {
  await start();
  const nobody = new HttpPool(new URL("http://[::1]:1"));
  await expect(nobody.send(requestOf("a"))).rejects.toMatchObject({ code: "ECONNREFUSED", address: "::1" });
});
