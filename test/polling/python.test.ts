/**
 * The official Python client, with default options, on the test kit: python-socketio with `requests` and
 * `websocket-client`, as Debian has them.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { Server, type ServerOptions } from "socket.io";
import { afterEach, describe, expect, it } from "vitest";
import { type LocalServer, serveLocal } from "../../local/testing.js";

const PYTHON = "/usr/bin/python3";
const isThere = canImport();
if (!isThere) {
  console.warn(
    "There is no python-socketio on this machine, so its tests are skipped: apt-get install python3-socketio python3-requests python3-websocket",
  );
}

function canImport(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import socketio, requests, websocket"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Prints what came, one JSON value a line. */
const PROGRAM = `
import json, sys, socketio
sio = socketio.Client(**json.loads(sys.argv[2]))
told = []
sio.on("told", lambda *data: told.append([one.hex() if isinstance(one, bytes) else one for one in data]))
sio.connect(sys.argv[1], **json.loads(sys.argv[3]))
answer = sio.call("echo", {"text": "é", "number": 7}, timeout=20)
more = [sio.call("echo", number, timeout=20) for number in range(5)]
binary = sio.call("echo", b"\\x00\\x01\\xff", timeout=20) if "--binary" in sys.argv else None
sio.call("tell", timeout=20)
print(json.dumps({
    "transport": sio.transport(), "answer": answer, "more": more,
    "binary": binary and binary.hex(), "told": told,
}))
sio.disconnect()
`;

let server: LocalServer | undefined;
afterEach(() => server?.close());

async function run(given: {
  readonly io?: Partial<ServerOptions>;
  readonly connect?: object;
  readonly args?: readonly string[];
}): Promise<unknown> {
  const io = new Server(given.io);
  io.on("connection", (socket) => {
    socket.on("echo", (value, ack) => ack(value));
    socket.on("tell", (ack) => {
      socket.emit("told", "one", Buffer.from([1, 2]));
      socket.emit("told", "two");
      ack();
    });
  });
  server = await serveLocal(io);
  const url = server.url.replace("ws:", "http:");
  // A cold start takes longer than its second.
  const connect = JSON.stringify({ wait_timeout: 20, ...given.connect });
  const child = spawn(PYTHON, ["-c", PROGRAM, url, "{}", connect, ...(given.args ?? [])]);
  const printed: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  await once(child, "close");
  const text = printed.join("");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The Python client printed:\n${text}`);
  }
}

// The upgrade has to come within a session's grace, which a busy machine may miss.
describe.runIf(isThere)("python-socketio", { retry: 3 }, () => {
  const HEARD = {
    answer: { text: "é", number: 7 },
    more: [0, 1, 2, 3, 4],
    told: [["one", "0102"], ["two"]],
  };

  it("with default options upgrades", async () => {
    expect(await run({})).toEqual({ ...HEARD, transport: "websocket", binary: null });
  });

  it("stays with polling where the server offers no upgrade, and sends binary", async () => {
    const outcome = await run({ io: { allowUpgrades: false }, args: ["--binary"] });
    expect(outcome).toEqual({ ...HEARD, transport: "polling", binary: "0001ff" });
  });

  it.each(["polling", "websocket"])("with transports %j alone", async (transport) => {
    const outcome = await run({ connect: { transports: [transport] } });
    expect(outcome).toEqual({ ...HEARD, transport, binary: null });
  });
});
