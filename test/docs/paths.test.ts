import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Document, documents, ROOT, readDocument } from "./documents.js";

const CONTRIBUTING = readDocument("CONTRIBUTING.md");

/** A reader replaces names in capitals: `runtime/events/NAME.ts`. */
const PLACEHOLDER = /\b[A-Z]{4,}\b/;

/** Entry points of the package are no paths. */
const ENTRY_POINT = /^socket\.io-lambda\//;

/** Texts in backticks that have a slash and are not commands. */
function pathsIn({ prose }: Document): string[] {
  return [...prose.matchAll(/`(\.?[\w-]+(?:\/[\w.-]+)*\/?)`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => path.includes("/") && !PLACEHOLDER.test(path) && !ENTRY_POINT.test(path));
}

const foldersOf = (folder: string) =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}/`);

describe("CONTRIBUTING.md", () => {
  it("names no path that does not exist", () => {
    const paths = pathsIn(CONTRIBUTING);
    expect(paths.length).toBeGreaterThan(60);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(["runtime", "local"])("shows every folder of %s/", (folder) => {
    const paths = pathsIn(CONTRIBUTING);
    expect(foldersOf(folder).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it("names each folder of test/ that has tests", () => {
    const text = CONTRIBUTING.prose;
    expect(foldersOf("test").filter((path) => !text.includes(path))).toEqual([]);
  });
});

describe("the other documents", () => {
  // What a build makes is there or not, by which tests ran before.
  const topLevel = new Set(readdirSync(ROOT).filter((name) => name !== "dist"));
  for (const document of documents().filter(({ name }) => name !== CONTRIBUTING.name)) {
    it(`name no file of this repository that does not exist (${document.name})`, () => {
      const ours = pathsIn(document).filter((path) => topLevel.has(path.split("/")[0] ?? ""));
      expect(ours.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    });
  }
});

it("bench/README.md names no path that does not exist, from the project or from bench/", () => {
  const paths = pathsIn(readDocument("bench/README.md"));
  const exists = (path: string) =>
    [ROOT, join(ROOT, "bench")].some((folder) => existsSync(join(folder, path)));
  expect(paths.length).toBeGreaterThan(8);
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

it("docs/README.md lists every page of docs/", () => {
  const { prose } = readDocument("docs/README.md");
  const pages = readdirSync(join(ROOT, "docs")).filter(
    (file) => file.endsWith(".md") && file !== "README.md",
  );
  expect(pages.filter((page) => !prose.includes(`](${page})`))).toEqual([]);
});
