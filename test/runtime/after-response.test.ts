/** Work behind an answer, against a real HTTP server that speaks Lambda's Extensions API. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ExtensionsApi } from "../../local/lambda/extensions-api.js";
import { DeadlineError, ExtensionError } from "../../runtime/errors.js";
import {
  type AfterResponse,
  type Later,
  registerAfterResponse,
} from "../../runtime/events/after-response.js";

let logged: ReturnType<typeof vi.spyOn>;
let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  logged = vi.spyOn(console, "error").mockImplementation(() => {});
  warned = vi.spyOn(console, "warn").mockImplementation(() => {});
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Lambda {
  readonly api: ExtensionsApi;
  readonly exit: ReturnType<typeof vi.spyOn>;
  /** What happened, in its order. */
  readonly seen: string[];
  /** Lambda's view: the extension has asked for the next event. */
  isWaiting(): boolean;
  waiting(): Promise<void>;
}

async function lambda(): Promise<Lambda> {
  let isBusy = true;
  const seen: string[] = [];
  const api = await ExtensionsApi.start({
    functionName: "app",
    handler: "index.handler",
    onChange(busy) {
      isBusy = busy > 0;
      if (!isBusy) seen.push("asks for the next event");
    },
  });
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  cleanups.push(() => api.close());
  vi.stubEnv("AWS_LAMBDA_RUNTIME_API", api.address);
  const isWaiting = () => !isBusy;
  const waiting = async () => void (await vi.waitUntil(isWaiting, { interval: 1 }));
  return { api, exit, seen, isWaiting, waiting };
}

async function registered(): Promise<Lambda & { readonly afterResponse: AfterResponse }> {
  const world = await lambda();
  const afterResponse = await registerAfterResponse();
  if (!afterResponse) throw new Error("It did not register.");
  await world.waiting();
  world.seen.length = 0;
  // A process that has registered ends with the server.
  cleanups.push(() => vi.waitFor(() => expect(world.exit).toHaveBeenCalled()));
  return { ...world, afterResponse };
}

function invoked(awsRequestId: string, remainingMs = 10_000) {
  return { awsRequestId, getRemainingTimeInMillis: () => remainingMs };
}

function invocationOf(requestId: string) {
  return { requestId, deadlineMs: Date.now() + 10_000, invokedFunctionArn: "arn:app" };
}

/** As Lambda's runtime does it: the answer goes out in the turn after the handler's end. */
async function answered(seen: string[], answer: Promise<unknown>): Promise<void> {
  seen.push(String(await answer));
  await nextTurn();
  seen.push("the answer is out");
}

describe("registering", () => {
  it("gives nothing where there is no Lambda", async () => {
    vi.stubEnv("AWS_LAMBDA_RUNTIME_API", undefined);
    expect(await registerAfterResponse()).toBeUndefined();
    expect(warned).not.toHaveBeenCalled();
  });

  it("asks for the first event at once, for Lambda waits for that before it ends the initialisation", async () => {
    const { isWaiting } = await registered();
    expect(isWaiting()).toBe(true);
  });

  it("gives nothing where Lambda refuses, and warns with Lambda's own words", async () => {
    const { api } = await lambda();
    api.closeRegistration();
    expect(await registerAfterResponse()).toBeUndefined();
    expect(warned).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/ExtensionError.*register: HTTP 403 .*Extension.RegistrationClosed/),
    );
  });

  it("gives nothing where nobody answers", async () => {
    const { api } = await lambda();
    await api.close();
    expect(await registerAfterResponse()).toBeUndefined();
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("the connection was lost"));
  });

  it("asks again where the kept connection is cut off, for a handler may take longer than it is kept", async () => {
    const calls: string[] = [];
    const server = createServer((request, response) => {
      calls.push(request.url?.split("/extension/")[1] ?? "");
      response.setHeader("Lambda-Extension-Identifier", "e");
      if (calls.length === 1) response.end("{}");
      else if (calls.length === 2) response.end(JSON.stringify({ eventType: "INVOKE", requestId: "1" }));
      else if (calls.length === 3) request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
    cleanups.push(async () => {
      server.close();
      server.closeAllConnections();
      await vi.waitFor(() => expect(exit).toHaveBeenCalled());
    });
    vi.stubEnv("AWS_LAMBDA_RUNTIME_API", `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const afterResponse = await registerAfterResponse();
    await afterResponse?.serve(invoked("1"), async () => {});
    await vi.waitFor(() => expect(calls).toEqual(["register", "event/next", "event/next", "event/next"]));
    expect(exit).not.toHaveBeenCalled();
  });

  it("ends the environment where the next event cannot be had, for Lambda would wait for its timeout", async () => {
    const { api, exit } = await registered();
    await api.close();
    await vi.waitFor(() => expect(exit).toHaveBeenCalledExactlyOnceWith(1));
    expect(logged).toHaveBeenCalledWith("[event] the environment ends:", expect.any(ExtensionError));
  });
});

describe("an invocation", () => {
  it("without work asks for the next event when its handler has ended, and not before", async () => {
    const { api, afterResponse, isWaiting, waiting } = await registered();
    api.invoke(invocationOf("1"));
    let end = (_answer: string) => {};
    const answer = afterResponse.serve(invoked("1"), () => new Promise<string>((resolve) => (end = resolve)));
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(isWaiting()).toBe(false);
    end("fine");
    expect(await answer).toBe("fine");
    await waiting();
  });

  it("with work answers, then works, then asks", async () => {
    const { api, afterResponse, seen, waiting } = await registered();
    api.invoke(invocationOf("1"));
    const handle = async (later: Later) => {
      later("work", async () => {
        seen.push("work begins");
        for (let turn = 0; turn < 20; turn++) await nextTurn();
        seen.push("work ends");
      });
      return "handled";
    };
    await answered(seen, afterResponse.serve(invoked("1"), handle));
    await waiting();
    expect(seen).toEqual([
      "handled",
      "the answer is out",
      "work begins",
      "work ends",
      "asks for the next event",
    ]);
  });

  it("asks also where the handler rejects, and the caller gets its error", async () => {
    const { api, afterResponse, waiting } = await registered();
    api.invoke(invocationOf("1"));
    const failing = afterResponse.serve(invoked("1"), () => Promise.reject(new Error("no capacity")));
    await expect(failing).rejects.toThrow("no capacity");
    await waiting();
  });

  it("reports work that fails, and asks", async () => {
    const { api, afterResponse, waiting } = await registered();
    api.invoke(invocationOf("1"));
    await afterResponse.serve(invoked("1"), async (later) => {
      later("a greeting", () => Promise.reject(new Error("refused")));
    });
    await waiting();
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      "[event] a greeting:",
      expect.objectContaining({ message: "refused" }),
    );
  });

  it("does not let work run into the function's timeout, and says which it was", async () => {
    const { api, afterResponse, waiting } = await registered();
    api.invoke(invocationOf("1"));
    await afterResponse.serve(invoked("1", 210), async (later) => {
      later("an endless greeting", () => new Promise(() => {}));
      later("a short one", async () => {});
    });
    await waiting();
    const [stage, error] = logged.mock.calls[0] as [string, DeadlineError];
    expect([stage, error.running]).toEqual(["[deadline]", ["an endless greeting"]]);
    expect(error).toBeInstanceOf(DeadlineError);
  });

  it("may have ended before the extension hears of it", async () => {
    const { api, afterResponse, seen, waiting } = await registered();
    await afterResponse.serve(invoked("1"), async (later) =>
      later("work", async () => void seen.push("works")),
    );
    await vi.waitFor(() => expect(seen).toEqual(["works"]));
    api.invoke(invocationOf("1"));
    await vi.waitFor(() => expect(seen).toEqual(["works", "asks for the next event"]));
    await waiting();
  });

  it("may have the id of one before: Lambda tries an asynchronous event again", async () => {
    const { api, afterResponse, isWaiting, waiting } = await registered();
    for (let time = 0; time < 3; time++) {
      api.invoke(invocationOf("1"));
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      expect(isWaiting()).toBe(false);
      await afterResponse.serve(invoked("1"), async () => {});
      await waiting();
    }
  });
});
