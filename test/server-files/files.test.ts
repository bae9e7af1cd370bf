/** A program with files beside it, which it finds by its own place: by plain Node and on the stack. */
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Clients, received } from "../support/clients.js";
import { onNode, onStack, type Running, type Start } from "./servers.js";

const STARTS: Readonly<Record<string, Start>> = { "plain node": onNode, "the stack": onStack(1) };
const written = (name: string) => readFileSync(new URL(`apps/with-files/${name}`, import.meta.url), "utf8");

describe.each(Object.entries(STARTS))("on %s", (_where, start) => {
  let running: Running;
  const clients = new Clients(() => ({ url: running.url, path: "/socket.io", clientOptions: {} }));
  beforeAll(async () => {
    running = await start("with-files/src/server.cjs");
  }, 60_000);
  afterEach(() => clients.close());
  afterAll(() => running?.close());

  it.each([
    ["/", "public/index.html", "text/html"],
    ["/img/dot.svg", "public/img/dot.svg", "image/svg+xml"],
    ["/about", "about.html", "text/html"],
  ])("serves %s, with its kind and an ETag", async (path, name, kind) => {
    const response = await fetch(running.url + path);
    expect([response.status, await response.text()]).toEqual([200, written(name)]);
    expect(response.headers.get("content-type")).toContain(kind);
    expect(response.headers.get("etag")).toMatch(/^W\//);
  });

  it("does not serve what lies beside them", async () => {
    for (const path of ["/src/server.cjs", "/package.json", "/..%2fpackage.json"]) {
      expect((await fetch(running.url + path)).status).not.toBe(200);
    }
  });

  it("sends what it has read at its start", async () => {
    const client = clients.make();
    const rooms = received(client, "rooms");
    client.connect();
    expect(await rooms).toEqual([["tea", "coffee"]]);
  });
});
