import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { documents } from "./documents.js";

describe("the documentation's links", () => {
  for (const { name, folder, prose } of documents()) {
    it(`of ${name} lead to files and headings that exist`, () => {
      const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
      const local = links.filter((target) => !/^[a-z]+:/.test(target));
      expect(local.filter((target) => !leadsSomewhere(folder, name, target))).toEqual([]);
    });
  }
});

function leadsSomewhere(folder: string, name: string, target: string): boolean {
  const [path = "", heading] = target.split("#");
  const file = path === "" ? resolve(folder, name.split("/").at(-1) ?? "") : resolve(folder, path);
  if (!existsSync(file)) return false;
  if (heading === undefined) return true;
  return statSync(file).isFile() && headingsOf(readFileSync(file, "utf8")).includes(heading);
}

/** As GitHub makes anchors of headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
