/** The examples of docs/check.md: the first of a section has the finding, the second has none. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { apiRows } from "../../local/check/api-table.js";
import { check } from "../../local/check/check.js";
import { RULES } from "../../local/check/finding.js";
import { OTHERS, QUIET } from "../../local/check/rules/api.js";

const text = readFileSync("docs/check.md", "utf8");
const folder = mkdtempSync(join(tmpdir(), "check-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sections = new Map(
  text.split(/^### /m).map((section) => {
    const code = [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
    return [section.split("\n", 1)[0] ?? "", code.map(program)] as const;
  }),
);

/** Blocks without an import stand in the connection handler. */
function program(code: string): string {
  if (/^import /m.test(code)) return code;
  return `import { Server } from "socket.io";\nconst io = new Server();\nio.on("connection", (socket) => {\n${code}});\n`;
}

function rulesIn(code: string): string[] {
  const entry = join(folder, "example.ts");
  writeFileSync(entry, code);
  return [...new Set(check({ entry, folder }).findings.map(({ rule }) => rule))];
}

describe("docs/check.md", () => {
  it("has a section for each rule", () => {
    expect([...RULES].filter((rule) => !sections.has(rule))).toEqual([]);
  });

  const withRepair = [...sections].filter(([, blocks]) => blocks.length === 2);
  it.each(withRepair)("shows %s, and a repair that is clean", (rule, [faulty = "", repaired = ""]) => {
    expect(rulesIn(faulty)).toEqual([rule]);
    expect(rulesIn(repaired)).toEqual([]);
  });

  it("has examples for the frequent rules", () => {
    expect(withRepair.map(([rule]) => rule)).toEqual(
      expect.arrayContaining([
        "module-state",
        "closure-state",
        "adapter-maps",
        "timer",
        "kept-open",
        "replay",
      ]),
    );
  });
});

describe("the table of docs/moving-an-app.md", () => {
  const moving = readFileSync("docs/moving-an-app.md", "utf8");
  const rows = moving.split("\n").filter((line) => /^\| .*\| .*log: `/.test(line));
  const sources = ["runtime", "lib/stubs"]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.c?ts$/.test(name))
        .map((name) => readFileSync(join(folder, name), "utf8")),
    )
    .join("\n");

  it.each(rows.flatMap((row) => [...row.matchAll(/log: `([^`]+)`/g)].map(([, said = ""]) => said)))(
    "has what the log says: %s",
    (said) => {
      expect(said.split("…").filter((part) => !sources.includes(part.trim()))).toEqual([]);
    },
  );

  it("quotes the log", () => {
    expect(rows.length).toBeGreaterThan(7);
  });
});

describe("the table of Socket.IO's API", () => {
  it("is read with its members, and what holds for each", () => {
    expect(apiRows().length).toBeGreaterThan(100);
    expect(apiRows()).toContainEqual({
      owner: "adapter",
      name: "serverCount",
      here: "differs",
      how: "always 1: there is no other server to ask",
    });
  });

  it("has each member of which check keeps quiet", () => {
    const names = new Set(apiRows().map(({ owner, name }) => `${owner}.${name}`));
    expect([...QUIET, ...OTHERS].filter((name) => !names.has(name))).toEqual([]);
  });
});
