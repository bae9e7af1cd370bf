/** The call of an emitter to the app function, over real HTTP, as Lambda's API answers it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultCredentials } from "../../runtime/emitter/credentials.js";
import { AwsCallError, Emitter, type EmitterError } from "../../runtime/emitter/index.js";

const APP = "arn:aws-cn:lambda:cn-north-1:123456789012:function:app";
const DONE = '{"outcomes":[{}]}';

let answer: { status: number; body: string } = { status: 200, body: DONE };
let asked: IncomingMessage[] = [];
const server = createServer(async (request, response) => {
  asked.push(request);
  for await (const _ of request);
  response.writeHead(answer.status).end(answer.body);
});

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
  vi.spyOn(console, "error").mockReturnValue();
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_REGION", "eu-west-1");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function emit(status: number, body: string): Promise<void> {
  answer = { status, body };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new Emitter({ appFunction: APP, endpoint }).emit("said");
}

const refusal = (status: number, body = "{}") =>
  emit(status, body).then(
    () => expect.fail("It was taken."),
    (error: AwsCallError | EmitterError) => error,
  );

describe("an emitter's call", () => {
  it("waits for the answer, and is signed for the region of the ARN", async () => {
    await emit(200, DONE);
    const [request] = asked;
    expect(request?.headers["x-amz-invocation-type"]).toBe("RequestResponse");
    expect(request?.headers.authorization).toContain("/cn-north-1/lambda/aws4_request");
    expect(decodeURIComponent(request?.url ?? "")).toBe(`/2015-03-31/functions/${APP}/invocations`);
  });

  it("says what to do where it is refused", async () => {
    for (const [status, advice] of [
      [403, /grant it api\.grantEmit/],
      [404, /take appFunction from api\.emitterEnvironment/],
      [413, /send less, or a link to it/],
    ] as const) {
      const error = await refusal(status);
      expect(error).toBeInstanceOf(AwsCallError);
      expect(String(error.cause)).toMatch(advice);
    }
  });

  it("is made again where Lambda was too busy to take it, and not where the app has failed", async () => {
    const busy = refusal(429);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1));
    answer = { status: 200, body: '{"errorType":"Runtime.ExitError","errorMessage":"exited"}' };
    expect((await busy).message).toMatch(/the app function failed \(Runtime\.ExitError: exited\)/);
  });

  it("says that the function is another one, or too old, by its answer", async () => {
    expect((await refusal(200, '{"statusCode":200}')).message).toMatch(
      /answered something else \(\{"statusCode":200\}\)\. Take appFunction .* and deploy the app/,
    );
    expect((await refusal(200, "<html>")).message).toMatch(/answered something else \(<html>\)/);
  });
});

describe("an emitter's credentials", () => {
  it("are the environment's at each call, else those of a profile", async () => {
    const folder = mkdtempSync(join(tmpdir(), "profile-"));
    const profile = join(folder, "credentials");
    writeFileSync(profile, "[default]\naws_access_key_id = ofProfile\naws_secret_access_key = secret\n");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", profile);
    const provide = defaultCredentials();
    expect(await provide()).toMatchObject({ accessKeyId: "key" });
    vi.stubEnv("AWS_ACCESS_KEY_ID", "rotated");
    expect(await provide()).toMatchObject({ accessKeyId: "rotated" });
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    expect(await provide()).toMatchObject({ accessKeyId: "ofProfile" });
    rmSync(folder, { recursive: true });
  });
});
