/**
 * The local stack with queues: everything from a client's frame to the dead letters, as the
 * template declares it.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { LocalEvent } from "../../local/local-event.js";
import { type Local, startLocal } from "../../local/start.js";
import { eventLines } from "../../local/terminal/event-lines.js";
import { Log } from "../gateway/harness.js";
import { temporaryFolder } from "./fixture/folder.js";

const CDK_APP = fileURLToPath(new URL("./fixture/queue-cdk-app.ts", import.meta.url));

let local: Local;
let log = new Log<LocalEvent>();
beforeAll(async () => {
  local = await startLocal({ cdkApp: CDK_APP, log: (event) => log.add(event) });
});
beforeEach(() => {
  log = new Log<LocalEvent>();
});
afterAll(() => local?.close());

async function connect(url = local.url): Promise<WebSocket> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return socket;
}

/** Resolves when the consumer has printed this. */
const printed = (line: string) => log.find((event) => event.type === "output" && event.line === line);

/** The messages that the consumer has printed, in order. */
const handled = () =>
  log.all.flatMap((event) => {
    const text = event.type === "output" ? /^handled MESSAGE:(.*)$/.exec(event.line)?.[1] : undefined;
    return text === undefined ? [] : [text];
  });

describe("a local stack with queues", () => {
  it("takes messages and $disconnect through the queue to its consumer, and labels them in the log", async () => {
    const socket = await connect();
    socket.send('42["say","hi"]');
    await printed('handled MESSAGE:42["say","hi"]');
    expect(log.all.find(({ type }) => type === "message")).toMatchObject({
      routeKey: "$default",
      label: "say",
    });
    socket.close();
    expect(await log.find(({ type }) => type === "disconnect")).toBeDefined();
  });

  it("refuses what SQS refuses: an empty $disconnect body is none, a control character is", async () => {
    const socket = await connect();
    const answer = new Promise((resolve) => socket.once("message", (data) => resolve(String(data))));
    socket.send("\u0000");
    expect(await answer).toContain('{"message": "Internal server error"');
    expect(await log.find(({ type }) => type === "error")).toMatchObject({
      error: { name: "InvalidMessageContents" },
    });
    socket.close();
    await printed("handled DISCONNECT:");
  });

  it("handles the messages of a connection one after another, while others overtake", async () => {
    const [slow, quick] = [await connect(), await connect()];
    slow.send("slow");
    for (const text of ["1", "2", "3"]) slow.send(text);
    quick.send("quick");
    await printed("handled MESSAGE:3");
    await printed("handled MESSAGE:quick");
    expect(handled().filter((text) => text !== "quick")).toEqual(["slow", "1", "2", "3"]);
    expect(handled().indexOf("quick")).toBeLessThan(handled().indexOf("3"));
  });

  it.each(["throw", "report"])(
    "tries a message again (%s), then puts it to the dead letters and goes on",
    async (text) => {
      const socket = await connect();
      socket.send(text);
      socket.send("next");
      await printed("handled MESSAGE:next");
      const failures = log.all.filter((event) => event.type === "batch-failed");
      expect(failures).toMatchObject([{ failed: 1, batchSize: 1 }, { failed: 1 }]);
      const letter = log.all.find((event) => event.type === "dead-letter");
      expect(letter).toMatchObject({
        queueName: expect.stringMatching(/^Queued-DeadEvents\w+\.fifo$/),
        reason: expect.stringMatching(/^from Queued-Events\w+\.fifo, group .{16}: received 2 times/),
      });
      if (letter) {
        expect(eventLines({ colors: false })(letter)).toMatch(
          /dead letter +in Queued-DeadEvents\w+\.fifo {2}from /,
        );
      }
    },
  );

  it("puts an asynchronous event that has failed for good to its destination", async () => {
    const socket = await connect();
    socket.send("fail later");
    await printed("handled MESSAGE:fail later");
    expect(await log.find(({ type }) => type === "dead-letter")).toMatchObject({
      queueName: expect.stringMatching(/^Queued-LostEvents/),
      reason: expect.stringMatching(
        /^an event of test\/local\/fixture\/consumer-function\.ts, which failed 1 times: .*told to fail$/,
      ),
    });
  });

  it("is reloaded under open connections: the new code gets the next messages of the queue", async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const printing = (word: string) =>
      `export const handler = async ({ Records }) => console.log("${word}", Records[0].body);\n`;
    const app = folder.write("app.ts", printing("old"));
    const own = await startLocal({ cdkApp: CDK_APP, app, log: (event) => log.add(event) });
    onTestFinished(() => own.close());
    const socket = await connect(own.url);
    socket.send("1");
    await printed("old MESSAGE:1");
    folder.write("app.ts", printing("new"));
    await own.reload();
    socket.send("2");
    await printed("new MESSAGE:2");
  });
});
