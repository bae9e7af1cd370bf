/** Environments with an extension inside: answers, the freeze, timeouts and kills while it works. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Faults } from "../../local/faults/faults.js";
import { InvocationFaults } from "../../local/faults/invocation-faults.js";
import { LambdaFunction, type LambdaFunctionOptions } from "../../local/lambda/lambda-function.js";

/**
 * The extension lets a door know, and works until that opens: `event.door` is its URL. Without one it asks
 * for the next event as soon as the handler has ended.
 */
const CODE = `
import { writeFileSync } from "node:fs";
import { request } from "node:http";
const call = (method, path, headers, body) => new Promise((resolve, reject) => {
  request("http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension/" + path, { method, headers }, (response) => {
    let text = "";
    response.on("data", (part) => (text += part)).on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
  }).on("error", reject).end(body);
});
const register = (name) =>
  call("POST", "register", { "lambda-extension-name": name }, JSON.stringify({ events: ["INVOKE"] }));
const open = (url) => new Promise((resolve) => request(url, (response) => response.on("end", resolve).resume()).end());

const { headers } = await register("inside");
let ended = () => {};
let handled = new Promise((resolve) => (ended = resolve));
(async () => {
  for (;;) {
    await call("GET", "event/next", { "lambda-extension-identifier": headers["lambda-extension-identifier"] });
    const door = await handled;
    handled = new Promise((resolve) => (ended = resolve));
    if (door) await open(door);
  }
})();

let eventCount = 0;
export async function handler(event) {
  eventCount += 1;
  if (event.late) return (await register("late")).text;
  if (event.leave) setTimeout(() => writeFileSync(event.leave, "ran"), 50);
  setImmediate(ended, event.door);
  return { eventCount };
}`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Where extensions wait until the test lets them go on. */
async function makeDoor() {
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => void waiting.push(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Resolves when an extension works. */
    reached: () => vi.waitFor(() => expect(waiting).not.toEqual([]), 5_000),
    open() {
      for (const response of waiting.splice(0)) response.end();
    },
  };
}

function makeFunction(
  options: Partial<LambdaFunctionOptions> & { timeoutSeconds?: number; code?: string } = {},
) {
  const { timeoutSeconds = 10, code = CODE, ...others } = options;
  const codeFolder = mkdtempSync(join(tmpdir(), "extensions-"));
  cleanups.push(() => rmSync(codeFolder, { recursive: true }));
  writeFileSync(join(codeFolder, "index.mjs"), code);
  const output: string[] = [];
  const fn = new LambdaFunction(
    {
      functionName: "fn",
      displayName: "Fn",
      handler: "index.handler",
      codeFolder,
      environment: {},
      timeoutSeconds,
      memoryMb: 128,
    },
    {
      functionArn: "arn:fn",
      environments: 1,
      variables: {},
      onOutput: (line) => void output.push(line),
      ...others,
    },
  );
  cleanups.push(() => fn.close());
  return { fn, output, codeFolder };
}

describe("an environment with an extension", () => {
  it("answers while the extension works, and takes the next event when that has ended", async () => {
    const door = await makeDoor();
    const { fn } = makeFunction();
    expect(await fn.invoke({ door: door.url })).toMatchObject({ eventCount: 1 });
    await door.reached();
    let isServed = false;
    const second = fn.invoke({}).finally(() => {
      isServed = true;
    });
    await door.reached();
    expect(isServed).toBe(false);
    door.open();
    expect(await second).toMatchObject({ eventCount: 2 });
  });

  it("is not frozen before the extension has asked for the next event, and is from then on", async () => {
    const door = await makeDoor();
    const { fn, codeFolder } = makeFunction();
    const [early, late] = [join(codeFolder, "early"), join(codeFolder, "late")];
    await fn.invoke({ door: door.url, leave: early });
    await vi.waitFor(() => expect(existsSync(early)).toBe(true));
    door.open();

    await fn.invoke({ leave: late });
    // Time enough for the timer, had it been running.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(late)).toBe(false);
    await fn.invoke({ door: door.url });
    await vi.waitFor(() => expect(existsSync(late)).toBe(true));
    door.open();
  });

  it("serves one event after another without a pause", async () => {
    const { fn } = makeFunction();
    for (let count = 1; count <= 300; count++)
      expect(await fn.invoke({})).toMatchObject({ eventCount: count });
  });

  it("lets another environment have what comes while the extension works", async () => {
    const door = await makeDoor();
    const { fn } = makeFunction({ environments: 2 });
    await fn.invoke({ door: door.url });
    await door.reached();
    expect(await fn.invoke({})).toMatchObject({ eventCount: 1 });
    expect(await fn.invoke({})).toMatchObject({ eventCount: 2 });
    door.open();
  });

  it("ends when the function's time is over and the extension still works; the answer stands, the log says it", async () => {
    const door = await makeDoor();
    const { fn, output } = makeFunction({ timeoutSeconds: 1 });
    expect(await fn.invoke({ door: door.url })).toMatchObject({ eventCount: 1 });
    const line = expect.stringMatching(/^[0-9a-f-]{36} Task timed out after 1.00 seconds$/);
    await vi.waitFor(() => expect(output).toEqual([line]), 5_000);
    expect(await fn.invoke({})).toMatchObject({ eventCount: 1 });
  });

  it("that is killed while the extension works has answered; the next event meets a new one", async () => {
    const door = await makeDoor();
    const faults = new Faults({ seed: 1 });
    const { fn, output } = makeFunction({ faults: new InvocationFaults(faults) });
    await fn.invoke({});
    faults.set({ kill: 1, killWithinMs: 1_000 });
    expect(await fn.invoke({ door: door.url })).toMatchObject({ eventCount: 2 });
    faults.stop();
    expect(await fn.invoke({})).toMatchObject({ eventCount: 1 });
    expect(output).toEqual([expect.stringContaining("Runtime exited with error: signal: killed")]);
  });

  it("loses its answer where the extension has nothing to do, as any other", async () => {
    const faults = new Faults({ seed: 1 });
    const { fn } = makeFunction({ faults: new InvocationFaults(faults) });
    await fn.invoke({});
    faults.set({ kill: 1, killWithinMs: 60_000 });
    await expect(fn.invoke({})).rejects.toMatchObject({ errorType: "Runtime.ExitError" });
  });

  it("is drained when the extension has ended its work", async () => {
    const door = await makeDoor();
    const { fn } = makeFunction();
    await fn.invoke({ door: door.url });
    await door.reached();
    let isDrained = false;
    const drained = fn.drain().then(() => {
      isDrained = true;
    });
    await door.reached();
    expect(isDrained).toBe(false);
    door.open();
    await drained;
  });

  it("closes in the middle of the extension's work, and says nothing", async () => {
    const door = await makeDoor();
    const { fn, output } = makeFunction();
    await fn.invoke({ door: door.url });
    await door.reached();
    await fn.close();
    expect(output).toEqual([]);
  });
});

it("an extension that comes with the first event is refused", async () => {
  const code = CODE.replace('await register("inside")', "{ headers: {} }").replace(
    "(async () => {",
    "(async () => { return;",
  );
  const { fn } = makeFunction({ code });
  expect(await fn.invoke({ late: true })).toContain("Extension.RegistrationClosed");
});
