import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, readDocument } from "./documents.js";
import { writtenFiles } from "./tree.js";

const DOCUMENT = "docs/aws-facts.md";
const BACKGROUND = " (background)";

/** A section sign and a number, but not a section of an RFC. */
const CITATION = /(RFC \d+,? )?§(\d+(?:\.\d+)*)/g;

const sections = [...readDocument(DOCUMENT).prose.matchAll(/^##+ (\d+(?:\.\d+)*)\.? (.+)$/gm)].map(
  ([, number = "", title = ""]) => ({ number, isBackground: title.endsWith(BACKGROUND) }),
);

const citations = writtenFiles().flatMap((file) =>
  [...readFileSync(join(ROOT, file), "utf8").matchAll(CITATION)].flatMap(([, rfc, number = ""]) =>
    rfc === undefined ? [{ file, number }] : [],
  ),
);

describe(DOCUMENT, () => {
  it("has every section that the code and the documents cite", () => {
    const numbers = sections.map(({ number }) => number);
    expect(citations.length).toBeGreaterThan(50);
    expect(citations.filter(({ number }) => !numbers.includes(number))).toEqual([]);
  });

  it("has no section that nobody cites, unless it is marked as background", () => {
    const cited = citations.filter(({ file }) => file !== DOCUMENT).map(({ number }) => number);
    const isCited = (section: string) =>
      cited.some((number) => number === section || number.startsWith(`${section}.`));
    const marked = sections.filter(({ isBackground }) => isBackground).map(({ number }) => number);
    const uncited = sections.map(({ number }) => number).filter((number) => !isCited(number));
    expect(marked).toEqual(uncited);
  });
});
