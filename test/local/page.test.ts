import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { page } from "../../local/page.js";

let base: string;
let server: Server;
let port: number;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "local-page-"));
  mkdirSync(join(base, "web", "parts"), { recursive: true });
  writeFileSync(join(base, "web", "index.html"), "<p>home</p>");
  writeFileSync(join(base, "web", "parts", "app.js"), "// app");
  writeFileSync(join(base, "secret.txt"), "secret");
  server = createServer(page({ folder: join(base, "web"), api: () => ({ stage: "test" }) }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(base, { recursive: true });
});

interface Answer {
  status: number | undefined;
  type: string | undefined;
  body: string;
}

/** Unlike `fetch` it sends the path as it is, dots and all. */
function request(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, headers, agent: false }, async (response) => {
      let body = "";
      for await (const chunk of response) body += String(chunk);
      resolve({ status: response.statusCode, type: response.headers["content-type"], body });
    }).on("error", reject);
  });
}

describe("page", () => {
  it.each([
    ["/", 200, "text/html; charset=utf-8"],
    ["/?a=b", 200, "text/html; charset=utf-8"],
    ["/index.html", 200, "text/html; charset=utf-8"],
    ["/parts/app.js", 200, "text/javascript; charset=utf-8"],
    ["/socket.io/socket.io.esm.min.js", 200, "text/javascript; charset=utf-8"],
    ["/socket.io/socket.io.js", 200, "text/javascript; charset=utf-8"],
    ["/parts", 404, "text/plain; charset=utf-8"],
    ["/nothing.js", 404, "text/plain; charset=utf-8"],
  ])("answers %s with %i %s", async (path, status, type) => {
    expect(await request(path)).toMatchObject({ status, type });
  });

  it.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/parts/../../secret.txt",
    "/socket.io/../package.json",
    "/%00",
    "/%",
  ])("keeps to its folders for %s", async (path) => {
    expect((await request(path)).status).toBe(404);
  });

  it("tells the browser to connect to the name by which it reached the page", async () => {
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
      const { body, type } = await request("/stack.json", { host });
      expect(type).toBe("application/json; charset=utf-8");
      expect(JSON.parse(body)).toEqual({
        url: `ws://${host}`,
        path: "/test",
        wscat: `npx -y wscat -c ws://${host}/test`,
        client: `io("ws://${host}", { path: "/test", transports: ["websocket"] })`,
      });
    }
  });

  it("refuses other methods", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});
