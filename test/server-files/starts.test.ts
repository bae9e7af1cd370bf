/**
 * Every way in which people start a server, compiled as for Lambda. Each program runs with plain `node`, too:
 * nothing in it knows of us.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Bundle, file } from "../bundle/bundles.js";

const root = mkdtempSync(join(tmpdir(), "socket-io-lambda-starts-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ESM =
  'import express from "express"; import http from "node:http"; import { Server } from "socket.io";\n';
const CJS = 'const express = require("express"); const http = require("http");\n';
const ROUTE = 'app.get("/", (_request, response) => { response.send("the page"); });\n';
const HANDLER = 'io.on("connection", (socket) => { socket.on("say", (text) => io.emit("said", text)); });\n';

interface Start {
  /** @default "server.mjs" */
  readonly name?: string;
  readonly code: string;
  /** What the program answers at `/`. */
  readonly page: string | undefined;
}

const STARTS: Readonly<Record<string, Start>> = {
  "new Server(httpServer, options)": {
    code: `${ESM}const app = express(); ${ROUTE}const server = http.createServer(app);
      const io = new Server(server, { cors: { origin: "*" } }); ${HANDLER}server.listen(3000);`,
    page: "the page",
  },
  "new Server(port)": { code: `${ESM}const io = new Server(3000); ${HANDLER}`, page: undefined },
  "new Server().listen(port)": {
    code: `${ESM}const io = new Server(); ${HANDLER}io.listen(3000);`,
    page: undefined,
  },
  "new Server().listen(server)": {
    code: `${ESM}const app = express(); ${ROUTE}const io = new Server();
      const server = http.createServer(app); io.listen(server); ${HANDLER}server.listen("3000");`,
    page: "the page",
  },
  "io.attach(what app.listen() returned)": {
    code: `${ESM}const app = express(); ${ROUTE}const io = new Server(); ${HANDLER}io.attach(app.listen(3000));`,
    page: "the page",
  },
  "new Server(what app.listen() returned)": {
    code: `${ESM}const app = express(); ${ROUTE}const io = new Server(app.listen(3000)); ${HANDLER}`,
    page: "the page",
  },
  'require("socket.io")(server)': {
    name: "server.cjs",
    code: `${CJS}const app = express(); ${ROUTE}const server = http.createServer(app);
      const io = require("socket.io")(server, { pingInterval: 25000, pingTimeout: 5000 });
      ${HANDLER}server.listen(3000);`,
    page: "the page",
  },
  'require("socket.io")(port)': {
    name: "server.cjs",
    code: `const io = require("socket.io")(3000); ${HANDLER}`,
    page: undefined,
  },
  "const { Server } = require(…), exported under another name": {
    name: "server.cjs",
    code: `${CJS}const { Server } = require("socket.io"); const app = express(); ${ROUTE}
      const server = http.createServer(app); const io = new Server(server); ${HANDLER}
      module.exports = { server, realtime: io };`,
    page: "the page",
  },
  "TypeScript, in a class": {
    name: "server.ts",
    code: `import { createServer } from "node:http"; import { Server, type Socket } from "socket.io";
      class Chat { private readonly io: Server;
        constructor() { const server = createServer((_, response) => { response.end("the page"); });
          this.io = new Server(server); this.io.on("connection", (socket: Socket) => this.greet(socket));
          server.listen(process.env.PORT ?? 3000); }
        private greet(socket: Socket): void { socket.emit("hello"); } }
      new Chat();`,
    page: "the page",
  },
  "in a function, behind an await": {
    code: `${ESM}async function main() { await new Promise((resolve) => setTimeout(resolve, 100));
      const app = express(); ${ROUTE}const server = http.createServer(app); const io = new Server(server);
      ${HANDLER}server.listen(3000); }
      main();`,
    page: "the page",
  },
  "in the callback of listen": {
    code: `${ESM}const app = express(); ${ROUTE}const server = app.listen(3000, () => {
      const io = new Server(server); ${HANDLER}});`,
    page: "the page",
  },
  "behind an await at the top, in a try": {
    code: `${ESM}await Promise.resolve(); let io; try { const app = express(); ${ROUTE}
      io = new Server(http.createServer(app)); ${HANDLER}io.httpServer.listen(3000); } catch (error) { throw error; }`,
    page: "the page",
  },
  "handlers a while behind listen": {
    code: `${ESM}const app = express(); ${ROUTE}const server = app.listen(3000); const io = new Server(server);
      setTimeout(() => { ${HANDLER}}, 200);`,
    page: "the page",
  },
  "on an HTTP server that never listens": {
    code: `${ESM}const app = express(); ${ROUTE}const server = http.createServer(app); const io = new Server(server);
      ${HANDLER}app.listen(3000);`,
    page: "the page",
  },
  "an empty HTTP server for sockets, another for routes": {
    code: `${ESM}const app = express(); ${ROUTE}const server = http.createServer(); const io = new Server(server);
      ${HANDLER}server.listen(3001); app.listen(3000);`,
    page: "the page",
  },
  "a port for sockets, another for routes": {
    code: `${ESM}const app = express(); ${ROUTE}const io = new Server(3001); ${HANDLER}app.listen(3000);`,
    page: "the page",
  },
};

async function ask(name: string, code: string, path = "/"): Promise<string> {
  const app = join(mkdtempSync(join(root, "app-")), name);
  writeFileSync(app, code);
  const bundle = new Bundle({ entry: file("lambdas/socket-io-http.ts"), alias: { "#app": app } });
  const event = {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: { host: "example.com" },
    requestContext: { requestId: "1", timeEpoch: 0, http: { method: "GET", sourceIp: "192.0.2.1" } },
    isBase64Encoded: false,
  };
  return bundle.run(`handler(${JSON.stringify(event)})`);
}

describe("a server is taken, and nothing is said,", () => {
  for (const [title, { name = "server.mjs", code, page }] of Object.entries(STARTS)) {
    it(title, async () => {
      const lines = (await ask(name, code)).trim().split("\n");
      const answer = JSON.parse(lines.pop() ?? "");
      const said = lines.filter((line) => !line.includes("pingInterval"));
      expect(said).toEqual([]);
      expect(answer.statusCode).toBe(page === undefined ? 404 : 200);
      expect(answer.body).toContain(page ?? "Connect with Socket.IO's client");
    });
  }
});

describe("a sentence says", () => {
  it("that an adapter is not used, and it is never made", async () => {
    const printed = await ask(
      "server.mjs",
      `${ESM}const adapter = () => { throw new Error("made"); };
       const io = new Server({ adapter }); ${HANDLER}io.adapter(adapter);`,
    );
    expect(printed).toContain("The app's adapter is not used: rooms are kept in DynamoDB");
    expect(printed).not.toContain("Error: made");
  });

  it("that an await at the top of the module does not end, and the server with handlers is used", async () => {
    const printed = await ask(
      "server.mjs",
      `${ESM}const app = express(); ${ROUTE}const io = new Server(app.listen(3000)); ${HANDLER}
       await new Promise(() => {});`,
    );
    expect(printed).toContain("The app's module is not loaded after 6 s");
    expect(printed).toContain("the page");
  });

  it("which of several servers is served", async () => {
    const printed = await ask(
      "server.mjs",
      `${ESM}const other = new Server(3001); const io = new Server(3002); ${HANDLER}`,
    );
    expect(printed).toContain("The app makes 2 Socket.IO servers, and a function serves one: that at");
  });

  it("which of several HTTP servers answers", async () => {
    const printed = await ask(
      "server.mjs",
      `${ESM}const app = express(); ${ROUTE}const io = new Server(app.listen(3000)); ${HANDLER}
       express().listen(4000);`,
    );
    expect(printed).toContain("the one of port 3000 answers, the one of port 4000 does not");
    expect(printed).toContain("the page");
  });

  it("that there is no server", async () => {
    await expect(ask("server.mjs", "export const app = 1;")).resolves.toMatch(
      /The app makes no Socket.IO server/,
    );
  });

  it("as upstream does, what to attach to instead of an Express app", async () => {
    await expect(ask("server.mjs", `${ESM}new Server().attach(express());`)).resolves.toMatch(
      /attach socket.io to an express request handler function/,
    );
  });
});
