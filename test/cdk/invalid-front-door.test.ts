import { Stack } from "aws-cdk-lib";
import { Certificate, type ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import { describe, expect, it } from "vitest";
import { type FrontDoorProps, InvalidPropError } from "../../lib/index.js";
import { appWithoutBundling, emptyStack, fixture, templateOf } from "./synthesize.js";

describe("SocketIoApi refuses at synth", () => {
  it.each<[what: string, frontDoor: FrontDoorProps, says: RegExp]>([
    [
      "a front door's path without a slash",
      { path: "socket.io" },
      /path cannot be "socket\.io".*begin it with "\/"/,
    ],
    ["a front door's path that ends with a slash", { path: "/io/" }, /"\/io\/"/],
    ["a front door's path with a wildcard", { path: "/io*" }, /"\/io\*"/],
    ["a front door for every path", { path: "/" }, /cannot be "\/"/],
    ["a front door's path of 255 characters", { path: `/${"x".repeat(254)}` }, /path cannot be/],
    [
      "a page that is no folder with an index.html",
      { page: fixture("") },
      /fixtures is no folder with an index\.html.*Give the folder of the built page/,
    ],
    [
      "a domain without a certificate",
      { domainNames: ["chat.example.com"] },
      /no certificate for chat\.example\.com.*from us-east-1/,
    ],
    [
      "a certificate without a domain",
      { certificate: certificateIn("us-east-1") },
      /no domainNames.*Give them as well/,
    ],
    [
      "a URL for a domain",
      { domainNames: ["https://chat.example.com"], certificate: certificateIn("us-east-1") },
      /"https:\/\/chat\.example\.com" is no name of a domain.*without "https:\/\/"/,
    ],
    [
      "a certificate of another region",
      { domainNames: ["chat.example.com"], certificate: certificateIn("eu-west-1") },
      /certificate is in eu-west-1.*those of us-east-1 only/,
    ],
    [
      "a certificate that a stack of another region makes",
      { domainNames: ["chat.example.com"], certificate: certificateMadeIn("eu-west-1") },
      /certificate is in eu-west-1/,
    ],
    ["no environment for polls", { pollConcurrency: 0 }, /pollConcurrency of 0 cannot be.*leave it out/],
  ])("%s", (_, frontDoor, says) => {
    const refusal = { prop: "frontDoor", message: expect.stringMatching(says) };
    expect(() => templateOf({ frontDoor })).toThrow(expect.objectContaining(refusal));
    expect(() => templateOf({ frontDoor })).toThrow(InvalidPropError);
  });
});

function certificateIn(region: string): ICertificate {
  const arn = `arn:aws:acm:${region}:123456789012:certificate/1`;
  return Certificate.fromCertificateArn(emptyStack(), "Certificate", arn);
}

function certificateMadeIn(region: string): ICertificate {
  const stack = new Stack(appWithoutBundling(), "Certificates", { env: { region, account: "123456789012" } });
  return new Certificate(stack, "Certificate", { domainName: "chat.example.com" });
}
