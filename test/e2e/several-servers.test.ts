/**
 * Files for a server of several processes, on the local stack: what has no meaning here is accepted with one
 * sentence, and the server of the file runs. None of these packages is installed: their stand-ins are enough.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalEvent } from "../../local/local-event.js";
import { startLocal } from "../../local/start.js";
import { Log } from "../gateway/harness.js";
import { Clients } from "../support/clients.js";

const ENDS: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end();
});

/** Starts an app of these files; gives what a client hears of it, and what was said. */
async function started(text: string, more: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "several-"));
  ENDS.push(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  for (const [name, content] of Object.entries(more)) write(name, content);
  write("app.mjs", `import { Server } from "socket.io";\n${text}`);
  const log = new Log<LocalEvent>();
  const local = await startLocal({
    app: join(folder, "app.mjs"),
    environments: 1,
    log: (event) => log.add(event),
  });
  ENDS.push(() => local.close());
  const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));
  ENDS.push(() => clients.close());
  const client = await clients.join();
  const answer = await client.timeout(10_000).emitWithAck("ask");
  const said = log.all.flatMap((event) =>
    event.type === "output" ? [event.line] : event.type === "warning" ? [event.message] : [],
  );
  return { answer, said: [...new Set(said)].join("\n") };
}

const ANSWERS = `io.on("connection", (socket) => {
  socket.on("ask", (ack) => io.to(socket.id).emit("said") && ack("here"));
});`;

const MORE_ADAPTERS = ["redis-streams", "mongo", "postgres", "gcp-pubsub"];

describe("a file for several servers", () => {
  it("runs with the Redis adapter, which is left out", async () => {
    const { answer, said } = await started(`import { createAdapter } from "@socket.io/redis-adapter";
      export const io = new Server({ adapter: createAdapter({}, {}) });
      io.adapter(createAdapter({}, {}));
      ${ANSWERS}`);
    expect(answer).toBe("here");
    expect(said).toMatch(
      /The adapter that createAdapter\(\) would make is left out: rooms are kept in DynamoDB/,
    );
    expect(said).not.toMatch(/error/i);
  });

  it("runs with the other adapters, and with socket.io-redis", async () => {
    const imports = MORE_ADAPTERS.map(
      (name, n) => `import { createAdapter as make${n} } from "@socket.io/${name}-adapter";`,
    );
    const { answer, said } = await started(`${imports.join("\n")}
      import redisAdapter from "socket.io-redis";
      export const io = new Server();
      for (const make of [make0, make1, make2, make3]) io.adapter(make({}, {}));
      io.adapter(redisAdapter({ host: "localhost", port: 6379 }));
      ${ANSWERS}`);
    expect(answer).toBe("here");
    expect(said).not.toMatch(/error/i);
  });

  it("is told which Redis it waits for and need not, before its function's time is up", async () => {
    const { answer, said } = await started(`import { createAdapter } from "@socket.io/redis-adapter";
      const connected = new Promise((resolve) => setTimeout(resolve, 4_000));
      await connected;
      export const io = new Server();
      io.adapter(createAdapter({}, {}));
      ${ANSWERS}`);
    expect(answer).toBe("here");
    expect(said).toContain("If it waits for the adapter's Redis or database, it need not");
  });

  it("runs with the cluster module, sticky sessions and the cluster adapter, as a worker", async () => {
    const { answer, said } = await started(`import cluster from "cluster";
      import { cpus } from "node:os";
      import { createAdapter, setupPrimary } from "@socket.io/cluster-adapter";
      import { setupMaster, setupWorker } from "@socket.io/sticky";
      export let io;
      if (cluster.isMaster) {
        setupMaster({}, { loadBalancingMethod: "least-connection" });
        setupPrimary();
        for (const _ of cpus()) cluster.fork();
        cluster.on("exit", () => cluster.fork());
      } else {
        io = new Server();
        io.adapter(createAdapter());
        setupWorker(io);
        io.on("connection", (socket) => {
          socket.on("ask", (ack) => ack([cluster.isPrimary, cluster.isWorker, cluster.worker.id]));
        });
      }`);
    expect(answer).toEqual([false, true, 1]);
    expect(said).toContain("cluster.isPrimary is false: the file runs as a worker");
    expect(said).toContain("@socket.io/sticky does nothing");
  });

  it("may ask node:cluster by name, and is told that nothing is forked", async () => {
    const { answer } = await started(`import { fork, isPrimary } from "node:cluster";
      export const io = new Server();
      io.on("connection", (socket) => {
        socket.on("ask", (ack) => {
          try {
            fork();
          } catch (error) {
            ack([isPrimary, error.message]);
          }
        });
      });`);
    expect(answer).toEqual([false, expect.stringContaining("Lambda starts environments as there is work")]);
  });

  it("runs with the admin UI, which is left out", async () => {
    const { answer, said } = await started(`import { instrument } from "@socket.io/admin-ui";
      export const io = new Server();
      instrument(io, { auth: false, mode: "development" });
      ${ANSWERS}`);
    expect(answer).toBe("here");
    expect(said).toContain("instrument() of @socket.io/admin-ui does nothing");
  });

  it("is told while it is built that a Redis emitter reaches nobody here", async () => {
    const { answer, said } = await started(
      `import { Emitter } from "@socket.io/redis-emitter";
      new Emitter({ publish() {} }).emit("lost");
      export const io = new Server();
      ${ANSWERS}`,
      {
        "node_modules/@socket.io/redis-emitter/package.json": '{ "main": "index.js" }',
        "node_modules/@socket.io/redis-emitter/index.js":
          'exports.Emitter = class { constructor(redis) { this.redis = redis; } emit(event) { this.redis.publish("socket.io", event); } };',
      },
    );
    expect(answer).toBe("here");
    expect(said).toContain(
      "app.mjs imports @socket.io/redis-emitter, and nobody here listens to what that emits",
    );
  });
});
