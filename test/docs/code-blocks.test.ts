import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import type { Server } from "socket.io";
import type { Socket } from "socket.io-client";
import { afterAll, describe, expect, it, vi } from "vitest";
import { COMMANDS } from "../../local/terminal/help.js";
import { serveLocal } from "../../local/testing.js";
import { runnable, type WrittenBlock, writeBlocks } from "./block-files.js";
import { documents, ROOT, readDocument } from "./documents.js";

const all = documents();
const files = writeBlocks(all, "code");
afterAll(() => files.remove());

const used = (use: string) => files.blocks.filter((block) => block.use === use);
const importBlock = (block: WrittenBlock, url?: string) => import(pathToFileURL(runnable(block, url)).href);

describe("the documentation's code", () => {
  it("has no block whose language or use says nothing about how it is checked", () => {
    const known = [
      "ts",
      "ts app",
      "ts test",
      "ts stack",
      "js",
      "js client",
      "frames",
      "json",
      "sh",
      "console",
      "text",
    ];
    const odd = all.flatMap(({ name, blocks }) =>
      blocks.map(({ language, use, line }) => ({ kind: `${language} ${use}`.trim(), at: `${name}:${line}` })),
    );
    expect(odd.filter(({ kind }) => !known.includes(kind))).toEqual([]);
  });

  it("compiles against the sources", { timeout: 120_000 }, async () => {
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const compiled = promisify(execFile)(process.execPath, [compiler, "--project", files.folder], {
      cwd: ROOT,
    });
    const output = await compiled.then(
      () => "",
      (error: { stdout?: string; stderr?: string }) => `${error.stdout}${error.stderr}`,
    );
    expect(output).toBe("");
  });

  it("has JSON that can be parsed", () => {
    const blocks = all.flatMap(({ blocks }) => blocks.filter(({ language }) => language === "json"));
    expect(blocks.length).toBeGreaterThan(0);
    for (const { code } of blocks) expect(() => JSON.parse(code), code).not.toThrow();
  });

  for (const block of used("stack")) {
    it(`synthesizes (${block.document.name}:${block.line})`, async () => {
      vi.stubEnv("CDK_CONTEXT_JSON", JSON.stringify({ "aws:cdk:bundling-stacks": [] }));
      const { stack } = (await importBlock(block)) as { stack: Stack };
      const template = Template.fromStack(stack);
      template.resourcePropertiesCountIs("AWS::ApiGatewayV2::Api", { ProtocolType: "WEBSOCKET" }, 1);
      template.resourceCountIs("AWS::DynamoDB::GlobalTable", 2);
      const outputs = Object.keys(template.findOutputs("*"));
      expect(outputs).toEqual(expect.arrayContaining(["SocketIoClient", "Url", "WscatCommand"]));
      vi.unstubAllEnvs();
    });
  }

  for (const document of new Set(used("client").map((block) => block.document))) {
    it(`of clients runs against the document's app (${document.name})`, async () => {
      const app = used("app").find((block) => block.document === document);
      if (!app) throw new Error(`${document.name} has a client, and no app.`);
      const { io } = (await importBlock(app)) as { io: Server };
      const server = await serveLocal(io); // once: a server cannot be served again
      for (const block of used("client").filter((one) => one.document === document)) {
        const printed = vi.spyOn(console, "log").mockImplementation(() => {});
        const { socket } = (await importBlock(block, server.url)) as { socket: Socket };
        const said = () => printed.mock.calls.at(-1)?.slice(-2); // some print the room before
        await vi.waitFor(() => expect(said()).toEqual([socket.id, "hello"]), 10_000);
        printed.mockRestore();
        socket.disconnect();
      }
      await server.close();
    });
  }
});

for (const block of used("test")) {
  describe(`the example at ${block.document.name}:${block.line}`, async () => {
    await importBlock(block);
  });
}

describe("the documentation's commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const blocks = all.flatMap(({ name, blocks }) =>
    blocks
      .filter(({ language }) => language === "sh" || language === "console")
      .map(({ language, line, code }) => ({ name, line, code: language === "sh" ? code : typedIn(code) })),
  );

  for (const { name, line, code } of blocks) {
    it(`exist (${name}:${line})`, () => {
      const commands = code
        .replaceAll("\\\n", " ")
        .split(/&&|\n/)
        .map((command) => command.replace(/#.*/, "").trim().split(/\s+/))
        .filter(([program]) => program);
      for (const words of commands) expect(isCommand(words, scripts), words.join(" ")).toBe(true);
    });
  }

  it("of the README's first screen are the two that a newcomer needs, and CI runs the second", () => {
    const [start, test] = readDocument("README.md").blocks.filter(({ language }) => language === "sh");
    expect([start?.code, test?.code]).toEqual(["npm ci && npm start\n", "npm ci && npm test\n"]);
    const gate = readFileSync(join(ROOT, ".ci", "run"), "utf8").split("\n");
    for (const command of ["npm ci", "npm test"]) {
      expect(
        gate.some((line) => line === command || line.startsWith(`${command} |`)),
        command,
      ).toBe(true);
    }
  });
});

/** The commands of a session; the lines between them are what they printed. */
function typedIn(session: string): string {
  const commands = session.split("\n").filter((line) => line.startsWith("$ "));
  return commands.map((line) => line.slice(2)).join("\n");
}

function isCommand(words: string[], scripts: Record<string, string>): boolean {
  // `npx -y` installs without a question.
  const [program, first = "", second = ""] = words.filter((word) => word !== "-y");
  if (program === "npx" && /^(\.\/)?socket\.io-lambda(-[\d.]+\.tgz)?$/.test(first)) return second in COMMANDS;
  if (program === "npx") return existsSync(join(ROOT, "node_modules", ".bin", first));
  if (program !== "npm") return false;
  if (first === "run") return second in scripts;
  return (
    ["ci", "i", "install", "pack"].includes(first) ||
    ((first === "start" || first === "test") && first in scripts)
  );
}
