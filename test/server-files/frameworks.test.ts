/** Each framework's page, cookie and sockets, at one address, by plain Node and on the stack. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Clients, received } from "../support/clients.js";
import { onNode, onStack, type Running, type Start } from "./servers.js";

const STARTS: Readonly<Record<string, Start>> = { "plain node": onNode, "the stack": onStack(2) };

const PROGRAMS = {
  bare: "bare.cjs",
  koa: "koa.js",
  fastify: "fastify.js",
  hono: "hono.ts",
  nest: "nest.js",
};

for (const [where, start] of Object.entries(STARTS)) {
  for (const [framework, program] of Object.entries(PROGRAMS)) {
    describe(`${framework} on ${where}`, () => {
      let running: Running;
      const clients = new Clients(() => ({ url: running.url, path: "/socket.io", clientOptions: {} }));
      beforeAll(async () => {
        running = await start(program);
      }, 60_000);
      afterEach(() => clients.close());
      afterAll(() => running?.close());

      it("answers a page and sets a cookie", async () => {
        const response = await fetch(running.url);
        expect([response.status, await response.text()]).toEqual([200, `<h1>${framework}</h1>`]);
        expect(response.headers.get("content-type")).toMatch(/^text\/html/);
        expect(response.headers.getSetCookie()[0]).toMatch(/^seen=yes/);
      });

      it("hears a client with default options, and what a route emits reaches it", async () => {
        const client = await clients.join();
        const heard = new Promise((resolve) => {
          client.once("heard", resolve); // Nest answers by an event
          client.emit("say", "hello", resolve);
        });
        expect(await heard).toBe(`${framework} heard hello`);
        const announced = received(client, "announced");
        expect((await fetch(`${running.url}/announce?text=news`)).status).toBe(202);
        expect(await announced).toEqual(["news"]);
      });
    });
  }
}
