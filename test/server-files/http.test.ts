/** The app's own HTTP at the address of its sockets, by the same requests to plain Node and to the stack. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Clients, received } from "../support/clients.js";
import { onNode, onStack, type Running, type Start } from "./servers.js";

const STARTS: Readonly<Record<string, Start>> = { "plain node": onNode, "the stack": onStack(2) };

for (const [name, start] of Object.entries(STARTS)) {
  describe(`an Express app on ${name}`, () => {
    let running: Running;
    const clients = new Clients(() => ({ url: running.url, path: "/socket.io", clientOptions: {} }));
    beforeAll(async () => {
      running = await start("express-chat.js");
    }, 60_000);
    afterEach(() => clients.close());
    afterAll(() => running?.close());

    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${running.url}${path}`, { redirect: "manual", ...init });

    it("answers a page, with the headers of its framework", async () => {
      const response = await ask("/");
      expect([response.status, response.headers.get("content-type")]).toEqual([
        200,
        "text/html; charset=utf-8",
      ]);
      expect(response.headers.get("x-powered-by")).toBe("Express");
      expect(await response.text()).toBe("<h1>the page</h1>");
    });

    it("answers HEAD, and a known ETag with 304", async () => {
      const head = await ask("/", { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      const etag = head.headers.get("etag");
      const again = await ask("/", {
        headers: { "if-none-match": String(etag), "cache-control": "max-age=0" },
      });
      expect([etag === null, again.status, await again.text()]).toEqual([false, 304, ""]);
    });

    it("redirects, sets several cookies, and reads them", async () => {
      const redirect = await ask("/old");
      expect([redirect.status, redirect.headers.get("location")]).toEqual([302, "/?from=old"]);
      const response = await ask("/cookies", { headers: { cookie: "x=1; y=2" } });
      expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/; HttpOnly", "b=2; Path=/"]);
      expect(await response.json()).toEqual({ cookie: "x=1; y=2" });
    });

    it("sees the host that the client asked for, its address, the path and the query as they were sent", async () => {
      const response = await ask("/who?a=1&a=2&b=%C3%A9%20x");
      const { ip, ...rest } = (await response.json()) as Record<string, unknown>;
      const host = new URL(running.url).host;
      expect(rest).toEqual({ host, query: { a: ["1", "2"], b: "é x" }, path: "/who" });
      expect(ip).toMatch(/127\.0\.0\.1$/);
    });

    it("answers binary, a stream and nothing, byte by byte", async () => {
      const picture = Buffer.from(await (await ask("/picture")).arrayBuffer());
      expect([...picture]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
      expect(await (await ask("/stream")).text()).toBe("one two three");
      const empty = await ask("/empty");
      expect([empty.status, await empty.text()]).toEqual([204, ""]);
    });

    it("serves static files", async () => {
      const response = await ask("/static/style.css");
      expect([response.status, response.headers.get("content-type")]).toEqual([
        200,
        "text/css; charset=utf-8",
      ]);
      expect(await response.text()).toContain("teal");
      expect((await ask("/static/nothing.css")).status).toBe(404);
    });

    it("takes a form, and an upload of 1 MB", async () => {
      const form = await ask("/form", {
        method: "POST",
        body: new URLSearchParams({ name: "Ann", text: "a&b" }),
      });
      expect(await form.json()).toEqual({ name: "Ann", text: "a&b" });
      const body = randomBytes(1_000_000);
      const headers = { "content-type": "application/octet-stream" };
      const upload = await ask("/upload", { method: "POST", body, headers });
      const hash = createHash("sha256").update(body).digest("hex");
      expect(await upload.json()).toEqual({ bytes: 1_000_000, hash });
    });

    it("answers an error of a route as its framework does", async () => {
      const response = await ask("/broken");
      expect(response.status).toBe(500);
      expect(await response.text()).toContain("broken on purpose");
    });

    it("serves the client's script, with an ETag", async () => {
      const response = await ask("/socket.io/socket.io.js");
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/javascript; charset=utf-8");
      const etag = response.headers.get("etag");
      expect(etag).toMatch(/^"4\.\d+\.\d+"$/);
      expect(await response.text()).toMatch(/^\/\*!\n \* Socket\.IO v4/);
      const again = await ask("/socket.io/socket.io.js", { headers: { "if-none-match": String(etag) } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      const map = await ask("/socket.io/socket.io.min.js.map");
      expect(map.headers.get("content-type")).toBe("application/json; charset=utf-8");
    });

    it("what a route emits reaches the clients, and a route sees them", async () => {
      const [ann, bob] = await Promise.all([clients.join(), clients.join()]);
      await Promise.all([ann.emitWithAck("name", "Ann"), bob.emitWithAck("name", "Bob")]);
      const heard = Promise.all([received(ann, "announced"), received(bob, "announced")]);
      const headers = { "content-type": "application/json" };
      const response = await ask("/announce", { method: "POST", body: '{"text":"hello"}', headers });
      expect(response.status).toBe(202);
      expect(await heard).toEqual([["hello"], ["hello"]]);
      expect(await (await ask("/people")).json()).toEqual(["Ann", "Bob"]);
      expect(running.printed()).not.toMatch(/outside of any event/);
    });
  });
}
