/** An asynchronous invocation, against a real HTTP server that answers as Lambda may. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ENV } from "../../runtime/contract.js";
import { invokeFunction } from "../../runtime/delivery/invoke-function.js";
import { AwsCallError } from "../../runtime/errors.js";
import { awsDomain } from "../../runtime/http/signed-request.js";
import { type ScriptedAnswer, ScriptedServer } from "../support/scripted-server.js";

const EVENT = { selfEvent: "heartbeat" };

let lambda: ScriptedServer | undefined;

async function invokeAgainst(...answers: ScriptedAnswer[]): Promise<ScriptedServer> {
  lambda = await ScriptedServer.start(answers);
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", lambda.url);
  await invokeFunction("the-app", EVENT);
  return lambda;
}

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_REGION", "eu-west-1");
  // No pause between tries.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  lambda?.close();
});

describe("an asynchronous invocation", () => {
  it("hands Lambda the event once", async () => {
    expect((await invokeAgainst(202)).bodies).toEqual([JSON.stringify(EVENT)]);
  });

  it.each([429, 500, 503, "cut"] as const)("is tried again after %s", async (answer) => {
    expect((await invokeAgainst(answer, answer, 202)).bodies).toHaveLength(3);
  });

  it("goes to a host that ends as the partition's hosts do, where the construct says how", () => {
    vi.stubEnv("AWS_REGION", "eu-west-1");
    expect(awsDomain()).toBe("eu-west-1.amazonaws.com");
    vi.stubEnv(ENV.awsDomain, "cn-north-1.amazonaws.com.cn");
    expect(awsDomain()).toBe("cn-north-1.amazonaws.com.cn");
  });

  it("is given up at once where Lambda refuses it", async () => {
    await expect(invokeAgainst(404)).rejects.toMatchObject({ name: "AwsCallError", status: 404 });
    expect(lambda?.bodies).toHaveLength(1);
  });

  it("is given up after all tries without an answer, and names the cause", async () => {
    const failed = await invokeAgainst("cut").catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(AwsCallError);
    expect(failed).toMatchObject({ status: undefined, cause: expect.any(Error) });
    expect(lambda?.bodies).toHaveLength(16);
  });
});
