/** What strangers choose (names of events and namespaces, payloads) in the log of an app. */
import { inspect } from "node:util";
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { reportError, warnOnce } from "../../runtime/log/log.js";
import { printable, printableLines, quote, shownNamespace } from "../../runtime/log/printable.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";

const log = logLines();
const FORGED = "[store] FORGED LINE: table deleted";
/** Ends of lines and what a terminal obeys, in each form that we know of. */
const HOSTILE = [
  "\n",
  "\r",
  "\r\n",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u001b[2J",
  "\u009b2J",
  "\u007f",
  "\u202e",
  "\u2066",
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function expectNothingForged(): void {
  for (const line of log.lines()) {
    expect(line).not.toMatch(OBEYED);
    expect(line).not.toMatch(/^\[store\]/);
  }
}

describe("a stranger's text in the log", () => {
  const throwing = (io: Server) => {
    const open = io.of(/^\/open/);
    open.use((_socket, next) => next());
    for (const namespace of [io.of("/"), open]) {
      namespace.on("connection", (socket) => {
        socket.use(([event]) => {
          throw new Error(`There is no event ${event}.`);
        });
      });
    }
    io.of(/^\/broken/).on("connection", (socket) => {
      throw new TypeError(`${socket.nsp.name} does not work`);
    });
  };

  for (const hostile of HOSTILE) {
    it(`forges no line and writes to no terminal by ${quote(hostile)} in an event's name`, async () => {
      const { clients } = await kit(throwing);
      const client = await clients.join();
      client.emit(`boom${hostile}${FORGED}`);
      await log.find(/^\[middleware\] .*boom/);
      expectNothingForged();
    });

    it(`forges no line and writes to no terminal by ${quote(hostile)} in a namespace's name`, async () => {
      const { clients } = await kit(throwing);
      const client = await clients.frames("?EIO=4&transport=websocket");
      client.send(`40/broken${hostile}${FORGED},`);
      await log.find(/^\[handler\] .*broken/);
      expectNothingForged();
    });
  }

  it("forges no line by a plain client's action", async () => {
    const { clients } = await kit(throwing);
    const plain = await clients.frames();
    await plain.next();
    plain.send({ action: `boom\n${FORGED}\u001b]0;title\u0007` });
    await log.find(/^\[middleware\] .*boom/);
    expectNothingForged();
  });

  it("takes no error away by the marks that console.error replaces", async () => {
    const { clients } = await kit(throwing);
    const client = await clients.join();
    client.emit("%c %d %o %j %%");
    expect(await log.find(/^\[middleware\]/)).toContain(
      'a middleware of / for "%c %d %o %j %%": Error: There is no event %c %d %o %j %%.',
    );
  });

  it("makes a line of bounded length", async () => {
    const { clients } = await kit(throwing);
    const client = await clients.join();
    client.emit(`boom${"x".repeat(20_000)}`);
    await log.find(/^\[middleware\] .*boom/);
    expect(log.lines().join("\n").length).toBeLessThan(20_000);
  });
});

describe("reportError", () => {
  const logged = (error: unknown) => {
    reportError("handler", error, "the test");
    return log.lines();
  };

  it("shows an ordinary error as console.error does", () => {
    const error = Object.assign(new RangeError("three is too many", { cause: new Error("why") }), {
      code: 3,
    });
    expect(logged(error).join("\n")).toBe(`[handler] the test: ${inspect(error)}`);
  });

  it("indents the lines of a message, and leaves the stack readable", () => {
    const [first, second, third] = logged(new Error(`one\n${FORGED}`));
    expect([first, second]).toEqual(["[handler] the test: Error: one", `    ${FORGED}`]);
    expect(third).toMatch(/^ {4}at .*client-text\.test\.ts:\d+:\d+/);
  });

  it("indents the lines of what is thrown as a text", () => {
    expect(logged(`one\n${FORGED}`)).toEqual(["[handler] the test: one", `    ${FORGED}`]);
  });

  it("reports an error that cannot be read", () => {
    const error = Object.defineProperty({}, inspect.custom, {
      get: () => {
        throw new Error("no");
      },
    });
    expect(logged(error)).toEqual([expect.stringMatching(/^\[handler\] the test: .*cannot be printed/)]);
  });
});

describe("warnOnce", () => {
  it("keeps a stranger's text on its line, and comes to an end", () => {
    for (let number = 0; number < 2_000; number++) warnOnce(`the room\n${FORGED} ${number}`);
    expectNothingForged();
    expect(log.lines().length).toBeLessThan(600);
    expect(log.lines().at(-1)).toMatch(/no more are printed/);
  });
});

describe("printable text", () => {
  it("is what it was where nothing in it is obeyed", () => {
    expect(printable("방 이름 · naïve 😀 \\n")).toBe("방 이름 · naïve 😀 \\n");
    expect(printableLines("a\n  b\n}\n\tc")).toBe("a\n  b\n}\n\tc");
    expect(shownNamespace("/members")).toBe("/members");
  });

  it("is cut where it is long, and never in the middle of a character", () => {
    expect(printable("abcdef", 3)).toBe("abc… (3 characters more)");
    expect(printable("ab😀", 3)).toBe("ab\\ud83d… (1 characters more)");
    expect(printableLines("x".repeat(100_000)).length).toBeLessThan(17_000);
  });

  it("cannot close the quotation marks it stands in", () => {
    expect(quote('say" of /admin')).toBe('"say\\" of /admin"');
    expect(shownNamespace("/a of /b")).toBe('"/a of /b"');
  });
});
