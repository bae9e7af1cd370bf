import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Annotations, Match } from "aws-cdk-lib/assertions";
import { afterAll, expect, it } from "vitest";
import { SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";

const folder = mkdtempSync(join(tmpdir(), "socket-io-lambda-dotenv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILES = {
  "package.json": "{}",
  "node_modules/dotenv/index.js": "exports.config = () => {};",
  "server.cjs": `require("dotenv").config(); const { Server } = require("socket.io"); new Server(3000);`,
  "plain.cjs": `const { Server } = require("socket.io"); new Server(3000);`,
  ".env": "# of this machine\nJWT_SECRET=top secret\nexport DB_URL = postgres://localhost\n",
};
for (const [name, content] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function warnings(app: string, props: Partial<SocketIoApiProps> = {}): string[] {
  const stack = new Stack(new App({ outdir: mkdtempSync(join(folder, "out-")) }), "Test");
  new SocketIoApi(stack, "Chat", { app: join(folder, app), ...props });
  const found = Annotations.fromStack(stack).findWarning("*", Match.stringLikeRegexp("dotenv"));
  return found.map(({ entry }) => String(entry.data));
}

it("names the variables of a .env that the function does not have, and no value", () => {
  const [warning = ""] = warnings("server.cjs", { environment: { DB_URL: "postgres://elsewhere" } });
  expect(warning).toMatch(/server\.cjs reads \S*\.env by dotenv.*It lacks JWT_SECRET: give them in the prop/);
  expect(warning).not.toMatch(/top secret|DB_URL/);
});

it("says nothing where the function has them all, and of a program without dotenv", () => {
  expect(warnings("server.cjs", { environment: { DB_URL: "…", JWT_SECRET: "…" } })).toEqual([]);
  expect(warnings("plain.cjs")).toEqual([]);
});
