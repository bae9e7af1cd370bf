import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, it } from "vitest";
import { type SigningRequest, type SigningScope, signedHeaders } from "../../runtime/http/sigv4.js";
import { NodeSha256 } from "../support/node-sha256.js";

const NOW = new Date("2026-02-28T23:59:59.999Z");
const SCOPE: SigningScope = {
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+=" },
  region: "eu-west-1",
  service: "execute-api",
};
const POST: SigningRequest = {
  method: "POST",
  host: "abc.execute-api.eu-west-1.amazonaws.com",
  path: "/prod/@connections/L0SM9cOFvHcCIhw%3D",
  body: "hello",
};

async function smithy(request: SigningRequest, { credentials, region, service }: SigningScope, now: Date) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region,
    service,
    sha256: NodeSha256,
    applyChecksum: false,
  });
  const { method, host, path, body, headers } = request;
  const signed = await signer.sign(
    { method, hostname: host, path, body, protocol: "https:", headers: { ...headers, host } },
    { signingDate: now },
  );
  return signed.headers;
}

describe("signedHeaders signs as @smithy/signature-v4 does", () => {
  it.each<[what: string, request: Partial<SigningRequest>, scope: Partial<SigningScope>]>([
    ["a post", {}, {}],
    ["a post of any script", { body: "방 이름 🍵" }, {}],
    ["an empty body", { body: "" }, {}],
    ["a close", { method: "DELETE", body: "" }, {}],
    ["a path with every awkward character", { path: "/prod/@connections/a%3Db!c'(d)*e~f%20g%2Bh" }, {}],
    ["a host with a port", { host: "127.0.0.1:3000" }, {}],
    [
      "an invocation with headers of its own",
      {
        host: "lambda.eu-west-1.amazonaws.com",
        path: "/2015-03-31/functions/Chat-App/invocations",
        headers: { "x-amz-invocation-type": "Event" },
      },
      { service: "lambda" },
    ],
    ["another region", {}, { region: "ap-northeast-2" }],
    ["a session token", {}, { credentials: { ...SCOPE.credentials, sessionToken: "to//ken==" } }],
    ["another secret", {}, { credentials: { accessKeyId: "B", secretAccessKey: "other" } }],
  ])("%s", async (_what, request, scope) => {
    const [whole, where] = [
      { ...POST, ...request },
      { ...SCOPE, ...scope },
    ];
    expect(signedHeaders(whole, where, NOW)).toEqual(await smithy(whole, where, NOW));
  });

  it("on the next day, with another key", async () => {
    const tomorrow = new Date(NOW.getTime() + 1);
    signedHeaders(POST, SCOPE, NOW);
    expect(signedHeaders(POST, SCOPE, tomorrow)).toEqual(await smithy(POST, SCOPE, tomorrow));
  });
});
