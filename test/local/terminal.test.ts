/**
 * What `npm start` writes for what strangers send: nothing that a terminal obeys, and no line that they made.
 */
import { describe, expect, it } from "vitest";
import { FunctionError, SynthError } from "../../local/errors.js";
import type { LocalEvent } from "../../local/local-event.js";
import { ownPackage } from "../../local/own-package.js";
import { eventLines, messageOf } from "../../local/terminal/event-lines.js";

const HOSTILE = "x\n[store] FORGED\r\u001b[2J\u001b]0;title\u0007\u009b31m\u007f\u2028\u2029\u202e";
const SHOWN = "x\\n[store] FORGED\\r\\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u007f\\u2028\\u2029\\u202e";
const show = eventLines({ colors: false, now: () => new Date(2026, 10, 26, 12) });

const connectionId = "PJqB3dSkDoECH9w=";
const events: LocalEvent[] = [
  { type: "connect", connectionId, sourceIp: "127.0.0.1", userAgent: HOSTILE },
  { type: "refused", status: 403, reason: `path ${HOSTILE} is not /prod` },
  { type: "message", connectionId, routeKey: "$default", bytes: 40, label: HOSTILE },
  { type: "disconnect", connectionId, code: 4000, reason: HOSTILE },
  { type: "polling", connectionId: "poll.x", path: "/socket.io/", sourceIp: "::1", userAgent: HOSTILE },
  { type: "http", method: "GET", path: HOSTILE, status: 502, functionName: "App" },
  { type: "warning", message: HOSTILE },
  { type: "dead-letter", queueName: "Queue", reason: HOSTILE } as LocalEvent,
];

describe("the terminal", () => {
  for (const event of events) {
    it(`writes one line for a hostile ${event.type}`, () => {
      const written = show(event);
      expect(written).toContain(SHOWN);
      expect(written).toMatch(/^12:00:00 {2}[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*\n$/u);
    });
  }

  it("indents what stands below an error, and obeys nothing in it", () => {
    const error = Object.assign(new Error(), { stack: `Error: ${HOSTILE}\n    at app.ts:3:1` });
    const lines = show({ type: "error", connectionId, routeKey: "$default", error }).split("\n");
    expect(lines).toEqual([
      `12:00:00  error       ${connectionId}  $default  Error: x`,
      "              [store] FORGED\\r\\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u007f\\u2028\\u2029\\u202e",
      "              at app.ts:3:1",
      "",
    ]);
  });

  const OURS = `    at run (${ownPackage().folder}/runtime/user-code/run-handlers.ts:40:20)`;
  const THEIRS = "    at Socket.<anonymous> (/home/me/app.ts:4:35)";
  const CALLERS = [
    OURS,
    "    at Socket.emit (node:events:518:28)",
    "    at /home/me/node_modules/socket.io/dist/socket.js:716:16",
  ];

  it("shows of a stack that a function prints no frame of ours behind the person's", () => {
    const printed = (lines: readonly string[]) =>
      lines
        .map((line) => show({ type: "output", functionName: "app.ts", line, stream: "stderr" }))
        .filter((line) => line !== "")
        .map((line) => line.replace(/^12:00:00 {2}\w+ +/, "").trim());
    const first = "RangeError: told to";
    const inside = [first, THEIRS, ...CALLERS, THEIRS];
    expect(printed(inside)).toEqual([first, THEIRS.trim(), THEIRS.trim()]);
    // What is called by the person's code, and what is ours alone, is shown.
    expect(printed([first, OURS, THEIRS, ...CALLERS])).toEqual([first, OURS.trim(), THEIRS.trim()]);
    expect(printed([first, ...CALLERS])).toHaveLength(4);
  });

  it("shows of a function's error no frame of ours behind the person's", () => {
    const stack = ["Error: x", THEIRS, ...CALLERS].join("\n");
    const error = new FunctionError("app.ts", { name: "Error", message: "x", stack });
    expect(show({ type: "error", connectionId, routeKey: "$default", error }).split("\n")).toEqual([
      `12:00:00  error       ${connectionId}  $default  Error: x`,
      `              ${THEIRS.trim()}`,
      "",
    ]);
    expect(messageOf(error)).toBe(`app.ts could not be loaded: Error: x\n${THEIRS}`);
  });

  it("has nothing of this process in the stack of what a function throws without one", () => {
    const error = new FunctionError("app.ts", { name: "string", message: "a word" });
    expect(error.stack).toBe("string: a word");
  });

  it("sets the old code's going on apart from why the new code cannot run", () => {
    const error = new SynthError("app.ts does not compile:\n\n  app.ts:1:1: no");
    expect(show({ type: "reload-failed", error }).split("\n")).toEqual([
      "12:00:00  reload      The old code goes on, for the new code cannot run:",
      "          app.ts does not compile:",
      "          ",
      "            app.ts:1:1: no",
      "",
    ]);
  });

  it("leaves what a function prints as it prints it, colours and all", () => {
    const line = "\u001b[32mready\u001b[0m";
    expect(show({ type: "output", functionName: "App", line, stream: "stdout" })).toBe(
      `12:00:00  log         ${line}\n`,
    );
  });
});
