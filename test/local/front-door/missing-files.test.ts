/** A page that is beside the program, and that a function does not have. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { MissingFiles } from "../../../local/front-door/missing-files.js";
import type { LocalEvent } from "../../../local/local-event.js";

const project = mkdtempSync(join(tmpdir(), "socket-io-lambda-files-"));
mkdirSync(join(project, "public", "css"), { recursive: true });
for (const name of ["public/index.html", "public/css/style.css", "server.js", ".env"]) {
  writeFileSync(join(project, name), "");
}
afterAll(() => rmSync(project, { recursive: true }));

function said(path: string, { status = 404, method = "GET", times = 1 } = {}): string[] {
  const events: LocalEvent[] = [];
  const files = new MissingFiles(project, (event) => events.push(event));
  const request = { method, path, query: "", headers: [], body: Buffer.alloc(0), sourceIp: "1.2.3.4" };
  for (let time = 0; time < times; time++)
    files.answered(request, { status, headers: [], body: Buffer.alloc(0) });
  return events.map((event) => ("message" in event ? String(event.message) : event.type));
}

it("is named, once, with the folder that it lies in", () => {
  expect(said("/", { times: 2 })).toEqual([
    expect.stringMatching(
      /^GET \/ is a 404, and there is public\/index\.html\. .*files: \["public"\].*--page public, .*docs\/http\.md\.$/,
    ),
  ]);
  expect(said("/css/style.css")).toEqual([expect.stringContaining("there is public/css/style.css")]);
});

it.each([
  ["is there", "/", { status: 200 }],
  ["is nowhere", "/favicon.ico", {}],
  ["is the program itself", "/server.js", {}],
  ["is a route", "/public", {}],
  ["is not asked for", "/", { method: "POST" }],
  ["begins with a dot", "/.env", {}],
  ["is outside", "/../public/index.html", {}],
])("is not spoken of where it %s", (_what, path, options) => {
  expect(said(path, options)).toEqual([]);
});
