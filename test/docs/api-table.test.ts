import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, readDocument, tableRows } from "./documents.js";

const document = readDocument("docs/socket-io-api.md");
const rows = tableRows(document.prose).map(([member = "", verdict = "", how = "", tests = ""]) => ({
  member,
  verdict,
  how,
  tests: [...tests.matchAll(/\]\(([^)]+)\)/g)].map(([, file = ""]) => file),
}));

/**
 * The word by which the document calls an instance, and the class in the declarations that
 * socket.io publishes.
 */
const CLASSES = [
  ["server", "Server", "socket.io/dist/index.d.ts"],
  ["namespace", "Namespace", "socket.io/dist/namespace.d.ts"],
  ["parent", "ParentNamespace", "socket.io/dist/parent-namespace.d.ts"],
  ["socket", "Socket", "socket.io/dist/socket.d.ts"],
  ["operator", "BroadcastOperator", "socket.io/dist/broadcast-operator.d.ts"],
  ["remote", "RemoteSocket", "socket.io/dist/broadcast-operator.d.ts"],
  ["adapter", "Adapter", "socket.io-adapter/dist/in-memory-adapter.d.ts"],
] as const;

describe(document.name, () => {
  it("gives each member one of three verdicts, and says how where it does not simply work", () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(({ verdict }) => !["works", "differs", "cannot"].includes(verdict))).toEqual([]);
    expect(rows.filter(({ verdict, how }) => verdict !== "works" && how === "")).toEqual([]);
  });

  it("names a test that exists for each member that works", () => {
    expect(rows.filter(({ verdict, tests }) => verdict === "works" && tests.length === 0)).toEqual([]);
    const missing = rows
      .flatMap(({ tests }) => tests)
      .filter((file) => !existsSync(join(document.folder, file)));
    expect([...new Set(missing)]).toEqual([]);
  });

  for (const [word, name, file] of CLASSES) {
    it(`has every public member of ${name}`, () => {
      const members = rows.map(({ member }) => member).join(" ");
      const isThere = (member: string) => new RegExp(`\`${word}\\.${member}\\b`).test(members);
      const declared = publicMembers(readFileSync(join(ROOT, "node_modules", file), "utf8"), name);
      expect(declared.length).toBeGreaterThan(2);
      expect(declared.filter((member) => !isThere(member))).toEqual([]);
    });
  }
});

/** Of a class in a file of declarations: no constructor, nothing private, nothing that begins with `_`. */
function publicMembers(declarations: string, name: string): string[] {
  const [, fromClass = ""] = declarations.split(new RegExp(`export declare class ${name}\\b`));
  const [body = ""] = fromClass.split("\n}");
  const members = [...body.matchAll(/^ {4}(?:readonly |get )?([a-z]\w*)(?:[(:?]|<)/gm)].map(
    ([, member = ""]) => member,
  );
  return [...new Set(members)].filter((member) => member !== "constructor");
}
