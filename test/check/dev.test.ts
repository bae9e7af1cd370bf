/** What `dev` says of the program that it runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";

const program = (name: string) => `import { Server } from "socket.io";
export const io = new Server();
let ${name} = 0;
io.on("connection", (socket) => socket.on("add", (ack) => ack(++${name})));
`;

it("dev names what check finds, at the start and after a reload that changes it", async () => {
  const folder = join(".local", `check-dev-${process.pid}`);
  const file = join(folder, "app.ts");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, program("first"));
  const args = ["--import", "tsx", "local/cli.ts", "dev", file, "--port", "0", "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  });

  const types: string[] = [];
  const found: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const { type, count, findings } = JSON.parse(line);
    types.push(type);
    if (type !== "check") continue;
    expect(count).toBe(1);
    found.push(findings[0].what.split(" ", 1)[0]);
    if (found.length === 2) break;
    writeFileSync(file, program("second"));
  }
  expect(found).toEqual(["first", "second"]);
  expect(types.slice(0, 2)).toEqual(["ready", "check"]);
});
