/**
 * A Nest project in TypeScript, as `nest new` lays it out: its injection needs the project's own compiler.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { compile } from "../../lib/compile.js";
import { Clients, received } from "../support/clients.js";
import { onStack, type Running } from "./servers.js";

const SOURCES = fileURLToPath(new URL("apps/nest-app", import.meta.url));
const PACKAGES = fileURLToPath(new URL("../../node_modules", import.meta.url));

const projects: string[] = [];
afterAll(() => {
  for (const folder of projects) rmSync(folder, { recursive: true, force: true });
});

/** With a TypeScript of this version. */
function project(typescript: "typescript" | "typescript-5"): string {
  const folder = mkdtempSync(join(tmpdir(), "socket-io-lambda-nest-"));
  projects.push(folder);
  cpSync(SOURCES, folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(PACKAGES)) {
    const from = join(PACKAGES, name === "typescript" ? typescript : name);
    symlinkSync(from, join(folder, "node_modules", name));
  }
  return join(folder, "src/main.ts");
}

describe("a Nest app", () => {
  let running: Running;
  const clients = new Clients(() => ({ url: running.url, path: "/socket.io", clientOptions: {} }));
  afterEach(() => clients.close());
  afterAll(() => running?.close());

  it("has its services injected, and answers HTTP and sockets", async () => {
    running = await onStack(2)(project("typescript-5"));
    expect(await (await fetch(running.url)).text()).toBe("nest heard a page");
    const [ann, bob] = await Promise.all([clients.join(), clients.join()]);
    const said = received(bob, "said");
    expect(await ann.emitWithAck("say", "hello")).toBe("nest heard hello");
    expect(await said).toEqual(["hello"]);
  });

  it("of a TypeScript that cannot write what injection needs gets a sentence", () => {
    const app = project("typescript");
    const entry = fileURLToPath(new URL("../../lambdas/socket-io.ts", import.meta.url));
    expect(() => compile({ entry, alias: { "#app": app } }, "/tmp/asset")).toThrow(
      /has no API that writes decorator metadata \(version 7\)\. Install TypeScript 5/,
    );
  });
});
