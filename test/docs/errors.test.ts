import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, readDocument } from "./documents.js";

it("docs/errors.md has every error class", () => {
  const files = ["runtime", "lib", "local"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.c?ts$/.test(file))
      .map((file) => join(folder, file)),
  );
  const classes = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(/class (\w+Error) extends/g)].map(([, name]) => name),
  );
  const { text } = readDocument("docs/errors.md");
  expect(classes.length).toBeGreaterThan(20);
  expect(classes.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
