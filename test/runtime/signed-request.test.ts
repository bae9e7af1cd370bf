/** What goes over the wire, as the host gets it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type SignedCall, signedRequest } from "../../runtime/http/signed-request.js";
import { RawHost } from "../support/raw-host.js";

let host: RawHost;
const heads: string[] = [];

async function headOf(call: Partial<SignedCall> = {}): Promise<string[]> {
  await signedRequest({
    service: "execute-api",
    method: "POST",
    url: new URL("/prod", host.origin()),
    ...call,
  });
  return heads.at(-1)?.split("\r\n") ?? [];
}

beforeEach(async () => {
  host = await RawHost.start(({ head, socket }) => {
    heads.push(head);
    socket.end("HTTP/1.1 200 OK\r\n\r\n");
  });
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_SESSION_TOKEN", "a-token");
  vi.stubEnv("AWS_REGION", "eu-west-1");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await host.close();
});

describe("a signed request", () => {
  it("has the host first, with its port, and all that is signed", async () => {
    const [first, second, ...others] = await headOf({ path: "/prod/@connections/a%3D", body: "방 🍵" });
    expect(first).toBe("POST /prod/@connections/a%3D HTTP/1.1");
    expect(second).toBe(`host: 127.0.0.1:${host.port}`);
    expect(others.map((line) => line.split(":")[0]).sort()).toEqual([
      "authorization",
      "content-length",
      "x-amz-date",
      "x-amz-security-token",
    ]);
    expect(others).toContain("content-length: 8");
  });

  it.each(["GET", "DELETE"] as const)("%s has no body and says no length", async (method) => {
    expect((await headOf({ method })).join()).not.toMatch(/content-length/i);
  });

  it("an empty POST says that it is empty", async () => {
    expect(await headOf()).toContain("content-length: 0");
  });

  it("the end of a line in a variable ends no header", async () => {
    vi.stubEnv("AWS_SESSION_TOKEN", "a-token\n");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "key\r\n");
    const head = await headOf();
    expect(head).toContain("x-amz-security-token: a-token");
    expect(head.join("\n")).toMatch(/\nauthorization: AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-west-1\//);
  });
});
