import { describe, expect, it } from "vitest";
import { corpusPrograms, foundIn } from "./corpus.js";

const programs = corpusPrograms();

describe("check, on the corpus", () => {
  it.each(programs.filter(({ isClean }) => isClean))("says nothing about $name", (program) => {
    expect(program.planted).toEqual([]);
    expect(foundIn(program)).toEqual([]);
  });

  it.each(programs.filter(({ isClean }) => !isClean))(
    "finds what is planted in $name, and nothing else",
    (program) => {
      expect(program.planted).not.toEqual([]);
      expect(foundIn(program)).toEqual(program.planted);
    },
  );

  it("counts", () => {
    const found = programs.flatMap((program) => foundIn(program));
    const planted = programs.flatMap((program) => program.planted);
    const hits = found.filter((each) => planted.includes(each)).length;
    const clean = programs.filter(({ isClean }) => isClean).length;
    console.log(
      `check: ${programs.length} programs, ${clean} of them clean; ${planted.length} planted; precision ${hits}/${found.length}, recall ${hits}/${planted.length}`,
    );
    expect([found.length, hits]).toEqual([planted.length, planted.length]);
  });
});
