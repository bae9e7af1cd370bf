import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, describe, expect, it } from "vitest";
import { FunctionError, FunctionNotFoundError, ThrottledError } from "../../local/errors.js";
import { AsyncInvocations } from "../../local/lambda/async-invocations.js";
import { type InvokeApi, startInvokeApi } from "../../local/lambda/invoke-api.js";

let api: InvokeApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

/** Stands in for the functions: `echo` answers, `bad` throws, `busy` is throttled. */
const functions = {
  async invoke(functionName: string, event: unknown): Promise<unknown> {
    if (functionName === "echo") return { echo: event };
    if (functionName === "busy") throw new ThrottledError(functionName);
    if (functionName === "bad") {
      throw new FunctionError("bad", {
        name: "TypeError",
        message: "bad",
        stack: "TypeError: bad\n    at here",
      });
    }
    throw new FunctionNotFoundError(functionName);
  },
  invokeAsync(functionName: string, event: unknown): void {
    if (functionName !== "echo") throw new FunctionNotFoundError(functionName);
    accepted.push(event);
  },
};
const accepted: unknown[] = [];

class Sha256 {
  readonly #hash;
  constructor(secret?: Parameters<typeof createHmac>[1]) {
    this.#hash = secret ? createHmac("sha256", secret) : createHash("sha256");
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** A signed Invoke call, as an SDK makes it. */
async function invoke(
  functionName: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  api ??= await startInvokeApi(functions);
  const { hostname, port, protocol } = new URL(api.endpoint);
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  const signer = new SignatureV4({
    service: "lambda",
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    sha256: Sha256 as never, // its type wants every source of bytes that browsers know
  });
  const signed = await signer.sign({
    method: "POST",
    protocol,
    hostname,
    port: Number(port),
    path,
    query: {},
    headers: { host: `${hostname}:${port}`, ...headers },
    body,
  });
  const { host: _, ...sent } = signed.headers;
  return fetch(`${api.endpoint}${path}`, { method: "POST", headers: sent, body });
}

describe("Invoke API", () => {
  it("answers RequestResponse with the function's result", async () => {
    const response = await invoke("echo", '{"a":1}');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ echo: { a: 1 } });
    expect(response.headers.get("x-amz-function-error")).toBeNull();
  });

  it("takes an ARN for a name, with or without a qualifier", async () => {
    for (const name of [
      "arn:aws:lambda:us-east-1:000000000000:function:echo",
      "000000000000:function:echo",
      "echo:$LATEST",
    ]) {
      expect((await invoke(name, "{}")).status).toBe(200);
    }
  });

  it("answers a function error with 200, a header and the error as payload", async () => {
    const response = await invoke("bad", "{}");
    expect(response.status).toBe(200);
    expect(response.headers.get("x-amz-function-error")).toBe("Unhandled");
    expect(await response.json()).toEqual({
      errorType: "TypeError",
      errorMessage: "bad",
      trace: ["TypeError: bad", "    at here"],
    });
  });

  it("accepts an Event with 202 and an empty body", async () => {
    const response = await invoke("echo", '{"later":true}', { "x-amz-invocation-type": "Event" });
    expect(response.status).toBe(202);
    expect(await response.text()).toBe("");
    expect(accepted).toEqual([{ later: true }]);
  });

  it.each([
    ["nobody", "{}", {}, 404, "ResourceNotFoundException"],
    ["nobody", "{}", { "x-amz-invocation-type": "Event" }, 404, "ResourceNotFoundException"],
    ["busy", "{}", {}, 429, "TooManyRequestsException"],
    ["echo", "{no json", {}, 400, "InvalidRequestContentException"],
    ["echo", "{}", { "x-amz-invocation-type": "Sometimes" }, 400, "InvalidParameterValueException"],
  ])("refuses %s %s %j with %i %s", async (name, body, headers, status, errorType) => {
    const response = await invoke(name, body, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get("x-amzn-errortype")).toBe(errorType);
  });

  it.each([
    ["Event", 1024 * 1024, 202],
    ["Event", 1024 * 1024 + 1, 413],
    ["RequestResponse", 6 * 1024 * 1024, 200],
    ["RequestResponse", 6 * 1024 * 1024 + 1, 413],
  ])("answers an %s of %i bytes with %i", async (type, bytes, status) => {
    const body = JSON.stringify("x".repeat(bytes - 2));
    const response = await invoke("echo", body, { "x-amz-invocation-type": type });
    expect(response.status).toBe(status);
    expect(response.headers.get("x-amzn-errortype")).toBe(status === 413 ? "RequestTooLargeException" : null);
  });

  it("refuses a request without a signature", async () => {
    api = await startInvokeApi(functions);
    const response = await fetch(`${api.endpoint}/2015-03-31/functions/echo/invocations`, { method: "POST" });
    expect(response.status).toBe(403);
  });
});

describe("AsyncInvocations", () => {
  /**
   * Runs one event against a function that fails `failures` times; resolves with the
   * attempts when the last is over.
   */
  function attempts(
    failures: number,
    retries: number,
    error: Error,
  ): Promise<{ count: number; lost: boolean }> {
    return new Promise((resolve) => {
      let count = 0;
      const invocations = new AsyncInvocations({
        async invoke() {
          count += 1;
          if (count <= failures) throw error;
          resolve({ count, lost: false });
        },
        retriesOf: () => retries,
        onError: (_name, _error, attemptsLeft) => attemptsLeft === 0 && resolve({ count, lost: true }),
        retryDelaysMs: [1],
      });
      invocations.invoke("fn", {});
    });
  }
  const failure = new FunctionError("fn", { name: "Error", message: "no" });

  it("repeats a failed event until it succeeds", async () => {
    expect(await attempts(2, 2, failure)).toEqual({ count: 3, lost: false });
  });

  it("gives up after the function's number of repetitions", async () => {
    expect(await attempts(9, 2, failure)).toEqual({ count: 3, lost: true });
    expect(await attempts(9, 0, failure)).toEqual({ count: 1, lost: true });
  });

  it("repeats a throttled event without counting", async () => {
    expect(await attempts(3, 0, new ThrottledError("fn"))).toEqual({ count: 4, lost: false });
  });
});
