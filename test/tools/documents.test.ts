/**
 * What the documents print is what the commands print. A block that begins with `$ npm run cost` or
 * `$ npm run simulate` is run again; `npx vitest run test/bench -u` writes the new output into the document.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { costCommand } from "../../tools/cost/command.js";
import { simulateCommand } from "../../tools/simulate/command.js";

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  cost: costCommand,
  simulate: simulateCommand,
};

/** Code blocks, and tables between two comments: a table in a code block would not look like one. */
const BLOCK = /(```console\n\$ npm run (cost|simulate)(?: --)?(.*)\n)[\s\S]*?(\n```\n)/g;
const TABLES =
  /(```console\n\$ npm run (cost|simulate)(?: --)?(.*)\n```\n<!-- output -->\n)[\s\S]*?(\n<!-- end of output -->)/g;

/** Broadcasts to ten million, post by post. */
const TIMEOUT_MS = 120_000;

describe.each(["docs/cost.md", "docs/scale.md"])("%s", (name) => {
  const file = fileURLToPath(new URL(`../../${name}`, import.meta.url));

  it(
    "shows what its commands print today",
    async () => {
      const text = await readFile(file, "utf8");
      let count = 0;
      const rerun = (_: string, before: string, command: string, args: string, after: string) => {
        count++;
        return before + (COMMANDS[command]?.(args.split(" ").filter(Boolean)) ?? "") + after;
      };
      const again = name.endsWith("scale.md") ? text.replace(TABLES, rerun) : text.replace(BLOCK, rerun);
      expect(count).toBeGreaterThanOrEqual(3);
      await expect(again).toMatchFileSnapshot(file);
    },
    TIMEOUT_MS,
  );
});
