import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, readDocument } from "./documents.js";

it("docs/options.md has every prop of SocketIoApi, in the order of lib/props.ts", () => {
  const source = readFileSync(join(ROOT, "lib", "props.ts"), "utf8");
  const props = [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  const { text } = readDocument("docs/options.md");
  const [table = ""] = text.split("A prop that AWS would refuse");
  const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  expect(props.length).toBeGreaterThan(20);
  expect(rows).toEqual(props);
});
