import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pathOfProgram } from "../../lib/program-path.js";
import { frontDoor, waysOf } from "./front-doors.js";

const folder = mkdtempSync(join(tmpdir(), "socket-io-lambda-path-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(code: string): string {
  const file = join(folder, "server.js");
  writeFileSync(file, `const { Server } = require("socket.io");\n${code}`);
  return file;
}

describe("the path of a program's server", () => {
  it.each([
    ['new Server(server, { path: "/chat" });', "/chat"],
    ["const io = new Server(3000, {\n  cors: { origin: '*' },\n  path: '/api/live/',\n});", "/api/live"],
    ['require("socket.io")(server, { path: "/chat" });', "/chat"],
    ["socketio(http.createServer(app), { path: `/chat` });", "/chat"],
    ['new Server(server, { cookie: { name: "io", path: "/app" }, path: "/chat" });', "/chat"],
    ['new Server(server, { cookie: { name: "io", path: "/" } });', undefined],
    ['new Server(server, { path: "/" });', undefined],
    ["new Server(server);", undefined],
    ["new Server(server, { path });", undefined],
    ['new Server(server /* path: "/old" */);', undefined],
    ['new Server(server); cookie("a", { path: "/chat" });', undefined],
  ])("%s", (code, path) => {
    expect(pathOfProgram(program(code))).toBe(path);
  });

  it("is where the front door leads clients, unless the construct names another", () => {
    const app = program('new Server(server, { path: "/chat" });');
    expect(waysOf(frontDoor(true, { app }))[0]).toEqual(["/chat*", "websocket"]);
    expect(waysOf(frontDoor({ path: "/live" }, { app }))[0]).toEqual(["/live*", "websocket"]);
  });
});
