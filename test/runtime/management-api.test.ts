/** The management API's client against a real HTTP server that answers as it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { managementApi } from "../../runtime/delivery/management-api.js";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import type { Address } from "../../runtime/store/store.js";

const IDENTITY = {
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  region: "eu-west-1",
};

interface Call {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

/** A status, or `cut`: the connection ends without an answer. */
type Answer = number | "cut";

const calls: Call[] = [];
/** Given one after another; the last one again and again. */
let answers: Answer[] = [];

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const { method, url, headers } = request;
  calls.push({ method, url, body, headers });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  give(response, answer ?? 200);
});

let address: Address;
const api = managementApi({ identity: IDENTITY });

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  address = {
    connectionId: "L0SM9cOFvHcCIhw=",
    endpoint: `http://127.0.0.1:${port}/prod`,
    protocol: "engine.io",
  };
});
beforeEach(() => {
  // No pause between tries.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  calls.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("post", () => {
  it("sends the frame, signed, to the connection's path", async () => {
    answers = [200];
    await api.post(address, ["방 이름 🍵"]);
    expect(calls).toEqual([
      {
        method: "POST",
        url: "/prod/@connections/L0SM9cOFvHcCIhw%3D",
        body: "방 이름 🍵",
        headers: expect.objectContaining({
          authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 .*\/eu-west-1\/execute-api\/aws4_request/),
        }),
      },
    ]);
  });

  it.each<[answers: Answer[]]>([
    [[429, 200]],
    [[500, 503, 200]],
    [["cut", 200]],
    [[429, 500, "cut", 429, 200]],
  ])("%j: it is tried again until it is taken", async (given) => {
    answers = [...given];
    await api.post(address, ["x"]);
    expect(calls).toHaveLength(given.length);
  });

  it("410: the connection is gone, at the first try", async () => {
    answers = [410];
    await expect(api.post(address, ["x"])).rejects.toThrow(GoneError);
    expect(calls).toHaveLength(1);
  });

  it.each([
    [403, /execute-api:ManageConnections/],
    [413, /128 KB/],
    [400, /what the server says/],
  ])("%i: it is refused at the first try, with what to do", async (status, advice) => {
    answers = [status];
    const error = await api.post(address, ["x"]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsCallError);
    expect(error).toMatchObject({ status, cause: { message: expect.stringMatching(advice) } });
    expect(calls).toHaveLength(1);
  });

  it.each<[Answer, number | undefined]>([
    [429, 429],
    [503, 503],
    ["cut", undefined],
  ])("%j for ever: it fails after some tries", async (answer, status) => {
    answers = [answer];
    const error = await api.post(address, ["x"]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsCallError);
    expect(error).toMatchObject({ status });
    expect(calls.length).toBeGreaterThan(3);
  });

  it("no try begins after the time that is given", async () => {
    answers = [429];
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now);
    vi.spyOn(Math, "random").mockReturnValue(0.5); // the first pause ends after that time
    const post = api.post(address, ["x"], { until: now });
    await expect(post).rejects.toMatchObject({ status: 429 });
    expect(calls).toHaveLength(1);
  });

  it("a volatile frame has one try", async () => {
    answers = [429, 200];
    await expect(api.post(address, ["x"], { volatile: true })).rejects.toMatchObject({ status: 429 });
    expect(calls).toHaveLength(1);
  });
});

describe("post of a packet with attachments", () => {
  const FRAMES = ["451-[]", "bAAAA"];
  const sent = () => calls.map(({ method, body }) => (method === "POST" ? body : method));

  it.each([[[429, 200, 200]], [[200, 429, 429, 200]]])(
    "%j: what was refused is tried again",
    async (given) => {
      answers = [...given];
      await api.post(address, FRAMES);
      expect(calls).toHaveLength(given.length);
      expect(sent().at(-1)).toBe("bAAAA");
    },
  );

  it.each<[given: Answer[], frames: string[]]>([
    [[500, 204], ["451-[]"]],
    // Once more at once, for a connection that was idle may have been dead.
    [
      ["cut", "cut", 204],
      ["451-[]", "451-[]"],
    ],
    [[200, 500, 204], FRAMES],
    [[200, 403, 204], FRAMES],
  ])("%j: the connection is closed, for its client may have a part of the packet", async (given, frames) => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    answers = [...given];
    await expect(api.post(address, FRAMES)).rejects.toThrow(GoneError);
    expect(sent()).toEqual([...frames, "DELETE"]);
    expect(report).toHaveBeenCalledOnce();
  });

  it("whose first frame is refused leaves the connection as it was", async () => {
    answers = [403];
    await expect(api.post(address, FRAMES)).rejects.toMatchObject({ status: 403 });
    expect(sent()).toEqual(["451-[]"]);
  });

  it("of which a frame is too large is refused before the first is sent", async () => {
    const tooLarge = ["451-[]", `b${"A".repeat(128 * 1024)}`];
    await expect(api.post(address, tooLarge)).rejects.toMatchObject({ status: 413 });
    expect(calls).toEqual([]);
  });

  it("is finished though it is volatile", async () => {
    answers = [200, 429, 200];
    await api.post(address, FRAMES, { volatile: true });
    expect(sent()).toEqual(["451-[]", "bAAAA", "bAAAA"]);
  });
});

describe("post to a connection that opens", () => {
  it("410 means not open yet: it is tried until it is taken", async () => {
    answers = [410, 410, 410, 200];
    await api.post(address, ["0{}"], { opening: async () => true });
    expect(calls).toHaveLength(4);
  });

  it("ends when nobody expects the connection any more", async () => {
    answers = [410];
    const opening = vi.fn(async () => opening.mock.calls.length < 2);
    await expect(api.post(address, ["0{}"], { opening })).rejects.toThrow(GoneError);
    expect(opening).toHaveBeenCalledTimes(2);
  });
});

describe("close", () => {
  it.each([204, 200, 410])("%i: it is closed", async (status) => {
    answers = [status];
    await api.close(address);
    expect(calls).toMatchObject([{ method: "DELETE", body: "" }]);
  });

  it("is tried again, and fails with what to do", async () => {
    answers = [503, 204];
    await api.close(address);
    answers = [403];
    await expect(api.close(address)).rejects.toMatchObject({ status: 403 });
  });
});

describe("check", () => {
  it.each([
    [200, undefined],
    [410, GoneError],
    [403, AwsCallError],
  ])("%i", async (status, error) => {
    answers = [status];
    if (error) await expect(api.check(address)).rejects.toBeInstanceOf(error);
    else await api.check(address);
    expect(calls).toMatchObject([{ method: "GET" }]);
  });
});

it("nobody at the address: it fails with the cause", async () => {
  const nobody = { ...address, endpoint: "http://127.0.0.1:1/prod" };
  await expect(api.post(nobody, ["x"])).rejects.toMatchObject({
    name: "AwsCallError",
    cause: { code: "ECONNREFUSED" },
  });
});

it.each(["", "/", "/prod", "/chat/v1/"])(
  "an endpoint with the path %j has @connections below it",
  async (path) => {
    answers = [200];
    const endpoint = address.endpoint.replace("/prod", path);
    await api.post({ ...address, endpoint }, ["x"]);
    expect(calls).toMatchObject([{ url: `${path.replace(/\/$/, "")}/@connections/L0SM9cOFvHcCIhw%3D` }]);
  },
);

it("an endpoint of one's own takes all calls", async () => {
  answers = [200];
  const own = managementApi({ identity: IDENTITY, endpoint: address.endpoint });
  await own.post({ ...address, endpoint: "https://elsewhere.example/prod" }, ["x"]);
  expect(calls).toHaveLength(1);
});

function give(response: ServerResponse, answer: Answer): void {
  if (answer === "cut") response.destroy();
  else response.writeHead(answer).end(answer === 204 || answer === 410 ? "" : "what the server says");
}
