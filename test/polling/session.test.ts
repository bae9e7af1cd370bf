/** Requests of a session by long-polling, asked of Socket.IO's own server and of ours. */
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync, inflateSync } from "node:zlib";
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { each, pair, type Session, type Side, same, TEXT } from "./side.js";

/** A client that may not upgrade, so that nothing waits to see whether it does. */
const POLLS = { transports: ["polling" as const] };

function app(io: Server): void {
  io.on("connection", (socket) => {
    socket.on("echo", (...args) => args.pop()(...args));
    socket.on("large", (characters) => socket.emit("large", "x".repeat(characters)));
    socket.on("bytes", (ack) => ack(Buffer.from([1, 2, 3, 4])));
    socket.on("leave", () => socket.disconnect(true));
    socket.on("say", () => {
      for (const word of ["one", "two", "three"]) socket.emit("said", word);
    });
  });
}

async function joined(side: Side): Promise<Session> {
  const session = await side.open();
  await session.join();
  return session;
}

describe("packets of a session", () => {
  const { same, each } = pair({ io: POLLS, app });

  it("go up by POST, which is answered with ok, and come down by GET", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      return [await session.post('420["echo","alive"]'), await session.get()];
    });
    expect(result).toMatchObject([
      { status: 200, body: "ok", headers: { "content-type": "text/html", "cache-control": "no-store" } },
      { body: '430["alive"]', headers: { "content-type": "text/plain; charset=UTF-8" } },
    ]);
  });

  it("come to a GET that waits already", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const held = session.get();
      await session.post('420["echo","alive"]');
      return held;
    });
    expect(result.body).toBe('430["alive"]');
  });

  it("are several in one body, each way, in their order", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const post = await session.post('420["echo",1]\x1e421["echo",2]\x1e42["say"]');
      return { post, packets: await session.packets(5) };
    });
    expect(result.packets).toEqual([
      "430[1]",
      "431[2]",
      '42["said","one"]',
      '42["said","two"]',
      '42["said","three"]',
    ]);
  });

  it("have binary as b and base64, each way", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      await session.post('451-0["echo",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
      const echoed = await session.packets(2);
      await session.post('421["bytes"]');
      return [...echoed, ...(await session.packets(2))];
    });
    expect(result).toEqual([
      '461-0[{"_placeholder":true,"num":0}]',
      "bAQIDBA==",
      '461-1[{"_placeholder":true,"num":0}]',
      "bAQIDBA==",
    ]);
  });

  it("may have binary in a POST of its own", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      await session.post('451-0["echo",{"_placeholder":true,"num":0}]');
      await session.post("bAQIDBA==");
      return session.packets(2);
    });
    expect(result[1]).toBe("bAQIDBA==");
  });

  it("keep characters of all lengths", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      await session.post('420["echo","é € 😀 \\u0000"]', { "content-type": "application/octet" });
      return session.get();
    });
    expect(result.body).toBe('430["é € 😀 \\u0000"]');
  });

  it.each(["3", "3probe", "5", "6"])("%j means nothing, and nothing answers it", async (frame) => {
    await same(async (side) => {
      const session = await joined(side);
      await session.post(frame);
      await session.post('420["echo","alive"]');
      return session.get();
    });
  });

  it.each(["abc", "7", "", "4", "40{", "2", "42notjson", '4\x1e420["echo",1]'])(
    "%j ends the session, and the POST is ok",
    async (body) => {
      const result = await same(async (side) => {
        const session = await joined(side);
        const held = session.get();
        const post = await session.post(body);
        return { post, held: await held, next: await session.get(), nextPost: await session.post("40") };
      });
      expect([result.post.body, result.held.body]).toEqual(["ok", "1"]);
      expect(result.next.body).toBe('{"code":1,"message":"Session ID unknown"}');
    },
  );

  it("close: a GET that waits gets a noop, and the session is over", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const held = session.get();
      const post = await session.post("1");
      return { post, held: await held, next: await session.get(), nextPost: await session.post("40") };
    });
    expect([result.held.body, result.next.status]).toEqual(["6", 400]);
  });

  it("behind a close mean nothing", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const held = session.get();
      await session.post('41\x1e1\x1e420["echo",1]');
      return [await held, await session.get()];
    });
    expect(result.map(({ status }) => status)).toEqual([200, 400]);
  });

  it("of a server that closes: the next GET gets 1 behind all else, a POST before it is ok", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      await session.post('42["say"]\x1e42["leave"]');
      const post = await session.post('420["echo",1]');
      return { post, packets: await session.packets(5), next: await session.get() };
    });
    expect(result.packets).toEqual(['42["said","one"]', '42["said","two"]', '42["said","three"]', "41", "1"]);
  });

  it("of a server that closes: a GET that waits gets 1", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const all = session.packets(2);
      await session.post('42["leave"]');
      return [await all, await session.get()];
    });
    expect(result[0]).toEqual(["41", "1"]);
  });

  it("of a server that closes: the 1 stands in an answer of its own", async () => {
    const bodies = await same(async (side) => {
      const session = await joined(side);
      await session.post('42["say"]\x1e42["leave"]');
      // All are there before the first GET.
      await delay(500);
      const found: string[] = [];
      while (found.at(-1) !== "1") found.push((await session.get()).body.replace("6\x1e", ""));
      return found.slice(-2).map((body) => body.split("\x1e").at(-1));
    });
    expect(bodies).toEqual(["41", "1"]);
  });

  it("of type application/octet-stream end it with 400", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const held = session.get();
      const post = await session.post(Buffer.from([1, 2]), { "content-type": "application/octet-stream" });
      return { post, held: await held, next: await session.get() };
    });
    expect([result.post.status, result.held.body, result.next.status]).toEqual([400, "1", 400]);
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])("%s is answered with 500", async (method) => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const answered = await side.ask(session.query, { method });
      await session.post('420["echo","alive"]');
      return [answered, await session.get()];
    });
    expect(result).toMatchObject([{ status: 500, body: "" }, { body: '430["alive"]' }]);
  });

  it("of another revision, or transport, are refused, and the session lives", async () => {
    const result = await same(async (side) => {
      const session = await joined(side);
      const at = (query: string, method: string) => side.ask(query, { method, headers: TEXT, body: "40" });
      const refusals = [
        await at(`?EIO=3&transport=polling&sid=${session.sid}`, "POST"),
        await at(`?transport=polling&sid=${session.sid}`, "POST"),
      ];
      await session.post('420["echo","alive"]');
      return { refusals, alive: await session.get() };
    });
    expect(result.refusals.map(({ body }) => JSON.parse(body).code)).toEqual([3, 3]);
  });

  it("a GET of another revision is refused alike", async () => {
    const { upstream, ours } = await each(async (side) => {
      const session = await joined(side);
      return side.ask(`?EIO=3&transport=polling&sid=${session.sid}`);
    });
    expect(ours.result).toEqual(upstream.result);
  });

  // Upstream ends the session, with 400 for the second and 1 for the first. A browser or CloudFront may
  // repeat a GET, and here no server knows of the other one.
  it("second GET while one waits: one gets the packet, the other one 400, and the session lives", async () => {
    const { upstream, ours } = await each(async (side) => {
      const session = await joined(side);
      const both = [session.get(), session.get()];
      if (side.name === "upstream") return (await Promise.all(both)).map(({ body }) => body).sort();
      await session.post('420["echo","alive"]');
      const bodies = (await Promise.all(both)).map(({ body }) => body).sort();
      await session.post('421["echo","again"]');
      return [...bodies, (await session.get()).body];
    });
    expect(upstream.result).toEqual(["", "1"]);
    expect(ours.result).toEqual(["", '430["alive"]', '431["again"]']);
  });

  it("a GET that is repeated with its t gets the same answer", async () => {
    const { ours } = await each(async (side) => {
      if (side.name === "upstream") return undefined;
      const session = await joined(side);
      await session.post('420["echo","alive"]');
      const answers = [1, 2, 3].map(() => side.ask(`${session.query}&t=same`));
      return (await Promise.all(answers)).map(({ body }) => body);
    });
    expect(ours.result).toEqual(Array(3).fill('430["alive"]'));
  });
});

describe("a body over maxHttpBufferSize", () => {
  it("is refused with 413, and the session lives", async () => {
    const result = await same({ io: { ...POLLS, maxHttpBufferSize: 1000 }, app }, async (side) => {
      const session = await joined(side);
      const text = (bytes: number) => `420["echo","${"x".repeat(bytes - 14)}"]`;
      const [fits, over] = [await session.post(text(1000)), await session.post(text(1001))];
      return { fits, over, echoed: await session.get() };
    });
    expect([result.fits.status, result.over.status]).toEqual([200, 413]);
    expect(result.echoed.body).toHaveLength(1000 - '"echo",'.length);
  });

  it("counts bytes, and is a million unless the app says otherwise", async () => {
    const result = await same({ io: POLLS, app }, async (side) => {
      const session = await joined(side);
      const over = await session.post(`42["x","${"é".repeat(500_000)}"]`);
      return [over, await session.post('420["echo","alive"]'), await session.get()];
    });
    expect(result.map(({ status }) => status)).toEqual([413, 200, 200]);
  });
});

describe("the option httpCompression", () => {
  const large = (characters: number, headers: Record<string, string>) => async (side: Side) => {
    const session = await joined(side);
    await session.post(`42["large",${characters}]`);
    const { body, ...answered } = await session.get({ headers });
    const encoding = answered.headers["content-encoding"];
    const bytes = Buffer.from(body, "base64");
    const text = encoding === "gzip" ? gunzipSync(bytes) : encoding ? inflateSync(bytes) : body;
    return { ...answered, text: String(text) };
  };

  describe("without it", () => {
    const { same } = pair({ io: POLLS, app });

    it.each<[string, number, Record<string, string>, string | undefined]>([
      ["gzip", 2000, { "accept-encoding": "gzip, deflate, br" }, "gzip"],
      ["deflate, where that is all", 2000, { "accept-encoding": "deflate" }, "deflate"],
      ["what the client likes best", 2000, { "accept-encoding": "gzip;q=0.5, deflate;q=0.8" }, "deflate"],
      ["what the client names first", 2000, { "accept-encoding": "deflate, gzip" }, "deflate"],
      ["anything", 2000, { "accept-encoding": "*" }, "gzip"],
      ["nothing that the client refuses", 2000, { "accept-encoding": "gzip;q=0, br" }, undefined],
      ["nothing unasked", 2000, {}, undefined],
      ["nothing by a name that only JavaScript knows", 2000, { "accept-encoding": "constructor" }, undefined],
      ["1,024 bytes", 1024 - '42["large",""]'.length, { "accept-encoding": "gzip" }, "gzip"],
      ["not 1,023", 1023 - '42["large",""]'.length, { "accept-encoding": "gzip" }, undefined],
    ])("compresses %s", async (_what, characters, headers, encoding) => {
      const result = await same(large(characters, headers));
      expect(result.headers["content-encoding"]).toBe(encoding);
      expect(result.text).toBe(`42["large","${"x".repeat(characters)}"]`);
    });
  });

  it.each<[string, unknown, number, string | undefined]>([
    ["false", false, 2000, undefined],
    ["a threshold", { threshold: 100 }, 100, "gzip"],
    ["a threshold that is not reached", { threshold: 5000 }, 2000, undefined],
    ["true", true, 5, "gzip"],
  ])("%s", async (_what, httpCompression, characters, encoding) => {
    const options = { io: { ...POLLS, httpCompression: httpCompression as never }, app };
    const result = await same(options, large(characters, { "accept-encoding": "gzip" }));
    expect(result.headers["content-encoding"]).toBe(encoding);
  });

  it("compress(false): what is sent with it is compressed all the same", async () => {
    const quiet = (io: Server) => {
      io.on("connection", (socket) => {
        socket.on("large", () => socket.compress(false).emit("large", "x".repeat(2000)));
      });
    };
    const { upstream, ours } = await each(
      { io: POLLS, app: quiet },
      large(2000, { "accept-encoding": "gzip" }),
    );
    expect([upstream, ours].map(({ result }) => result.headers["content-encoding"])).toEqual([
      undefined,
      "gzip",
    ]);
    expect(ours.result.text).toBe(upstream.result.text);
  });
});

describe("a session of a client that may upgrade", () => {
  it("posts before its transport is known, and is answered by polling when it does not upgrade", async () => {
    const result = await same({ app }, async (side) => {
      const session = await side.open();
      const held = session.get();
      const posts = [await session.post("40"), await session.post('40/unknown,{"token":1}')];
      const found = [...(await held).body.split("\x1e")];
      while (found.length < 2) found.push(...(await session.get()).body.split("\x1e"));
      const joined = found.map((packet) => packet.replace(/"sid":"[^"]+"/, "SID")).sort();
      return { posts, joined };
    });
    expect(result.joined).toEqual(["40{SID}", '44/unknown,{"message":"Invalid namespace"}']);
  });

  it("that says nothing for a while gets what comes then", async () => {
    await same({ app }, async (side) => {
      const session = await side.open();
      await delay(1_200);
      await session.join();
      await session.post('420["echo","alive"]');
      return session.get();
    });
  });
});
