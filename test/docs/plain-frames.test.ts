import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Server } from "socket.io";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { Clients } from "../support/clients.js";
import { runnable, writeBlocks } from "./block-files.js";
import { type CodeBlock, documents, ROOT, readDocument, tableRows } from "./documents.js";

const isDialog = ({ language }: CodeBlock) => language === "frames";
const speaking = documents().filter(({ blocks }) => blocks.some(isDialog));
const files = writeBlocks(speaking, "frames");
afterAll(() => files.remove());

for (const { name, blocks } of speaking) {
  describe(`the dialogs of ${name}`, () => {
    let server: LocalServer;
    const clients = new Clients(() => server);

    beforeAll(async () => {
      const app = files.blocks.find(({ use, document }) => use === "app" && document.name === name);
      if (!app) throw new Error(`${name} has dialogs, and no app.`);
      const { io } = (await import(pathToFileURL(runnable(app)).href)) as { io: Server };
      server = await serveLocal(io);
    });
    afterAll(async () => {
      clients.close();
      await server.close();
    });

    for (const { line, code } of blocks.filter(isDialog)) {
      it(`are as it says (line ${line})`, async () => {
        const client = await clients.frames();
        let id: unknown;
        for (const turn of code.trim().split("\n")) {
          const text = turn.slice(2);
          if (turn.startsWith("> ")) {
            client.send(text.replace('"$id"', String(id)));
          } else {
            const message = await client.nextJson();
            id = message.id;
            expect(message).toEqual(withWildcards(JSON.parse(text)));
          }
        }
        expect(client.unread).toEqual([]);
      });
    }
  });
}

it("docs/plain-clients.md shows every error code, and has those of the runtime", () => {
  const { prose, blocks } = readDocument("docs/plain-clients.md");
  const codes = tableRows(prose).map(([code = ""]) => code.replaceAll("`", ""));
  const shown = blocks.filter(isDialog).map(({ code }) => code);
  expect(codes.filter((code) => !shown.join("").includes(`"code":"${code}"`))).toEqual([]);
  const runtime = readFileSync(join(ROOT, "runtime", "protocol", "plain.ts"), "utf8");
  const [, union = ""] = /type PlainErrorCode =([^;]+);/.exec(runtime) ?? [];
  expect([...union.matchAll(/"(\w+)"/g)].map(([, code]) => code).sort()).toEqual(codes.sort());
});

/** `…` in the document means anything. */
function withWildcards(value: unknown): unknown {
  if (value === "…") return expect.anything();
  if (Array.isArray(value)) return value.map(withWildcards);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withWildcards(item)]));
}
