/** What the front door has beside the APIs: a page, a domain. */
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { Annotations, Match } from "aws-cdk-lib/assertions";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { Source } from "aws-cdk-lib/aws-s3-deployment";
import { describe, expect, it } from "vitest";
import {
  configOf,
  DISTRIBUTION,
  FUNCTION,
  frontDoor,
  originsOf,
  PAGE,
  stackWith,
  waysOf,
} from "./front-doors.js";
import { appWithoutBundling, emptyStack, idOf, readable } from "./synthesize.js";

describe("a page", () => {
  it("is what the address serves, but for the clients' path", () => {
    const template = frontDoor({ page: PAGE });
    expect(waysOf(template)).toEqual([
      ["/socket.io*", "websocket"],
      ["/socket.io-lambda/*", "http"],
      ["", "page"],
    ]);
    expect(configOf(template)).toMatchObject({
      DefaultRootObject: "index.html",
      DefaultCacheBehavior: { ViewerProtocolPolicy: "redirect-to-https", Compress: true },
    });
  });

  it("leaves the paths to the app's HTTP server that are named", () => {
    const { door, template } = stackWith({ page: PAGE });
    door.addHttpPath("/api/*");
    expect(waysOf(template())).toContainEqual(["/api/*", "http"]);
    expect(Object.keys(originsOf(template())).sort()).toEqual(["http", "page", "websocket"]);
  });

  it("lies in a private bucket, which the distribution alone reads", () => {
    const template = frontDoor({ page: PAGE });
    template.hasResourceProperties("AWS::S3::Bucket", {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    });
    const [policy] = Object.values(template.findResources("AWS::S3::BucketPolicy"));
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === "Allow",
    );
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({
      Action: ["s3:GetObject", "s3:ListBucket"],
      Principal: { Service: "cloudfront.amazonaws.com" },
    });
    expect(readable(allowed[0].Condition.StringEquals["AWS:SourceArn"])).toBe(
      `arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<${idOf(template, DISTRIBUTION, "Chat/")}>`,
    );
    expect(originsOf(template).page).toMatchObject({ OriginAccessControlId: expect.anything() });
  });

  it("comes from the folder with each deployment, and is asked for anew by browsers", () => {
    frontDoor({ page: PAGE }).hasResourceProperties("Custom::CDKBucketDeployment", {
      Prune: true,
      SystemMetadata: { "cache-control": "no-cache" },
    });
  });

  it("stays when the stack is deleted, or goes with it", () => {
    frontDoor({ page: PAGE }).hasResourceProperties("Custom::CDKBucketDeployment", { RetainOnDelete: true });
    const template = frontDoor({ page: PAGE }, { removalPolicy: RemovalPolicy.DESTROY });
    template.hasResourceProperties("Custom::CDKBucketDeployment", { RetainOnDelete: false });
    template.allResources("AWS::S3::Bucket", { DeletionPolicy: "Delete" });
    template.allResources("AWS::Logs::LogGroup", { DeletionPolicy: "Delete" });
  });

  it("takes more files, also with values that are known on deployment", () => {
    const { door, template } = stackWith({ page: PAGE });
    door.pageFiles?.addSource(Source.jsonData("settings.json", { api: door.httpApi.apiId }));
    const api = idOf(template(), "AWS::ApiGatewayV2::Api", "Chat/FrontDoor/");
    template().hasResourceProperties("Custom::CDKBucketDeployment", {
      SourceObjectKeys: [Match.anyValue(), Match.anyValue()],
      SourceMarkers: [{}, { "<<marker:0xbaba:0>>": { Ref: api } }],
    });
    expect(stackWith(true).door.pageFiles).toBeUndefined();
  });

  it("has none of CDK's warnings, for nobody can list its files", () => {
    const { stack, template } = stackWith({ page: PAGE });
    expect(configOf(template()).DefaultRootObject).toBe("index.html");
    expect(Annotations.fromStack(stack).findWarning("*", Match.anyValue())).toEqual([]);
  });

  it("has a log group for the function that brings the files", () => {
    const template = frontDoor({ page: PAGE });
    template.hasResourceProperties(FUNCTION, {
      Handler: "index.handler",
      LoggingConfig: { LogGroup: { Ref: idOf(template, "AWS::Logs::LogGroup", "Test/SocketIoPageLogs/") } },
      Runtime: Match.stringLikeRegexp("python"),
    });
  });
});

describe("a domain", () => {
  const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/1";
  function withDomains(domainNames: string[]) {
    const stack = emptyStack();
    const certificate = Certificate.fromCertificateArn(stack, "Certificate", certificateArn);
    return stackWith({ domainNames, certificate }, stack);
  }

  it("is one more name of the distribution, which asks for TLS 1.2", () => {
    const { template } = withDomains(["chat.example.com"]);
    expect(configOf(template())).toMatchObject({
      Aliases: ["chat.example.com"],
      ViewerCertificate: {
        AcmCertificateArn: certificateArn,
        MinimumProtocolVersion: "TLSv1.2_2021",
        SslSupportMethod: "sni-only",
      },
    });
  });

  it("is the address, unless it is a pattern", () => {
    const { stack, door, template } = stackWith(true);
    expect(readable(stack.resolve(door.url))).toBe(
      `https://<${idOf(template(), DISTRIBUTION, "Chat/")}.DomainName>`,
    );
    expect(withDomains(["*.example.com", "chat.example.com"]).door.url).toBe("https://chat.example.com");
    expect(withDomains(["*.example.com"]).door.url).not.toContain("*");
  });

  it("takes a certificate whose region is known at the deployment only", () => {
    const stack = emptyStack();
    const certificate = new Certificate(stack, "Certificate", { domainName: "chat.example.com" });
    expect(() => stackWith({ domainNames: ["chat.example.com"], certificate }, stack)).not.toThrow();
  });

  it("takes a certificate that a stack of us-east-1 makes for one of another region", () => {
    const app = appWithoutBundling();
    const account = "123456789012";
    const certificates = new Stack(app, "Certificates", {
      env: { account, region: "us-east-1" },
      crossRegionReferences: true,
    });
    const certificate = new Certificate(certificates, "Certificate", { domainName: "chat.example.com" });
    const stack = new Stack(app, "Test", {
      env: { account, region: "eu-west-1" },
      crossRegionReferences: true,
    });
    const { template } = stackWith({ domainNames: ["chat.example.com"], certificate }, stack);
    expect(configOf(template()).Aliases).toEqual(["chat.example.com"]);
  });
});
