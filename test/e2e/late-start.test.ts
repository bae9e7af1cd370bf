/** An app that registers its handlers when its first events have begun, on the whole local stack. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const APP = fileURLToPath(new URL("apps/late-start.ts", import.meta.url));
const SOURCE = readFileSync(APP, "utf8").split("\n");
/** `late-start.ts:11`, of the line with this code. */
const placeOf = (code: string) => `late-start.ts:${SOURCE.findIndex((line) => line.includes(code)) + 1}`;

describe.each([1, 4])("an app that does not await its start, in %i environments", (environments) => {
  let local: Local;
  let talk: NodeJS.Timeout;
  const recorder = new Recorder();
  const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

  beforeAll(async () => {
    local = await startLocal({ app: APP, environments, log: recorder.log });
    // At once, so that the first events find no handler.
    const client = await clients.join();
    // An environment is frozen between two events: its start goes on while there are some.
    talk = setInterval(() => client.emit("nothing"), 20);
  });
  afterAll(async () => {
    clearInterval(talk);
    clients.close();
    await local.close();
  });

  const warnings = () =>
    recorder.events.flatMap((event) =>
      event.type === "output" && event.line.includes("[socket.io-lambda]") ? [event.line] : [],
    );

  it("is told that its first event met no handler, and what to write", async () => {
    const { line } = await recorder.find("output", ({ line }) => line.includes("The first event has begun"));
    expect(line).toContain("`await main()` at the top of the module");
  });

  it.each([
    ["A middleware of / was registered", "io.use("],
    ['A "connection" handler of / was registered', "io.on("],
    ['io.of("/chat") was called', "io.of("],
    ['A "connection" handler of /chat was registered', "io.of("],
  ])("is told with file and line: %s", async (what, code) => {
    const isIt = ({ line }: { line: string }) => line.includes(what);
    const { line } = await recorder.find("output", isIt);
    expect(line).toContain(placeOf(code));
    expect(line).toContain("`await main()` at the top of the module");
  });

  it("is told each once in an environment", () => {
    const counts = new Map<string, number>();
    for (const line of warnings()) counts.set(line, (counts.get(line) ?? 0) + 1);
    expect(counts.size).toBeLessThanOrEqual(7);
    for (const [line, count] of counts) expect(count, line).toBeLessThanOrEqual(environments);
  });
});
