/** Recipients in ranges of socket ids: however a broadcast is cut, each gets it once. */
import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cutRest, MAX_RANGES } from "../../runtime/delivery/cut-range.js";
import { firstPage, type RecipientRange } from "../../runtime/delivery/recipient-range.js";
import type { MemberPages } from "../../runtime/store/member-pages.js";
import { random } from "../../tools/simulate/random.js";
import {
  memberCalled,
  memberTable,
  randomSids,
  SID_ALPHABET,
  wholeRangeOf,
} from "../support/member-table.js";

interface Sizes {
  readonly limit: number;
  readonly each: number;
}

/** All that a sender and those to whom it hands over post to, and how deep they are below it. */
async function everyoneOf(pages: MemberPages, range: RecipientRange, { limit, each }: Sizes) {
  const got: string[] = [];
  let invocations = 0;
  let levels = 0;
  let largest = 0;
  for (let level: RecipientRange[] = [range]; level.length > 0; levels++) {
    const next: RecipientRange[] = [];
    for (const one of level) {
      invocations++;
      const page = await firstPage(pages, one, limit);
      got.push(...page.members.map(({ sid }) => sid));
      largest = Math.max(largest, page.members.length);
      next.push(...cutRest(page, one.after, each));
    }
    level = next;
  }
  return { got, invocations, levels, largest };
}

describe("any broadcast, cut anyhow", () => {
  const seed = randomInt(2 ** 31);

  it(`reaches each of its members once and nobody else (seed ${seed})`, async () => {
    const numbers = random(seed);
    const upTo = (most: number) => Math.floor(numbers.next() * (most + 1));
    const text = (length: number) =>
      Array.from({ length }, () => SID_ALPHABET[upTo(SID_ALPHABET.length - 1)]).join("");
    // Random, or all in a corner, or of clients of Socket.IO 2, whose ids begin with the namespace.
    const kinds = [
      () => text(20),
      () => `Zz${text(18)}`,
      () => `AbCdEf7${text(2)}`,
      () => `/chat#${text(20)}`,
      () => text(1 + upTo(2)),
    ];
    for (let round = 0; round < 300; round++) {
      const some = kinds.filter(() => numbers.next() < 0.5);
      const newSid = () => (some[upTo(some.length - 1)] ?? text.bind(undefined, 20))();
      const all = Array.from({ length: upTo(400) }, newSid);
      const rooms = Object.fromEntries(
        ["a", "b", "c", "x", "y"].map((name) => {
          const share = numbers.next() ** 2;
          return [name, all.filter(() => numbers.next() < share)];
        }),
      );
      const expired = new Set(all.filter(() => numbers.next() < 0.1));
      const parts = ["a", "b", "c"].slice(0, 1 + upTo(2));
      const except = ["x", "y"].slice(0, upTo(2));
      const exceptSids = all.filter(() => numbers.next() < 0.02);
      const sizes = { limit: 1 + upTo(60), each: 1 + upTo(40) };
      const { pages } = memberTable(rooms, expired);
      const range = { ...wholeRangeOf(parts, except), exceptSids };
      const { got } = await everyoneOf(pages, range, sizes);

      const left = new Set([...except.flatMap((name) => rooms[name] ?? []), ...exceptSids, ...expired]);
      const expected = new Set(parts.flatMap((name) => rooms[name] ?? []).filter((sid) => !left.has(sid)));
      expect([...got].sort(), `seed ${seed}, round ${round}`).toEqual([...expected].sort());
    }
  });
});

describe("a range", () => {
  const sizes = { limit: 250, each: 200 };

  it("of a small room is read once, and nothing is left of it", async () => {
    const { pages, reads } = memberTable({ a: randomSids(249) });
    expect(await everyoneOf(pages, wholeRangeOf(["a"]), sizes)).toMatchObject({ invocations: 1, levels: 1 });
    expect(reads).toHaveLength(1);
  });

  it("of a large room is cut by how dense its first page is: in one level, pages alike, no row read twice", async () => {
    const { pages, reads } = memberTable({ a: randomSids(10_000) });
    const { invocations, levels, largest } = await everyoneOf(pages, wholeRangeOf(["a"]), sizes);
    expect(levels).toBe(2);
    expect(invocations).toBeGreaterThan(10_000 / 250);
    expect(invocations).toBeLessThan((10_000 / 200) * 1.2);
    expect(largest).toBeLessThanOrEqual(250);
    expect(reads.reduce((sum, { rows }) => sum + rows, 0)).toBe(10_000);
  });

  it("is cut in two levels where it would be more than 64", async () => {
    const { pages } = memberTable({ a: randomSids(40_000) });
    const { invocations, levels } = await everyoneOf(pages, wholeRangeOf(["a"]), sizes);
    expect(levels).toBe(3);
    expect(invocations).toBeLessThan((40_000 / 200) * 1.4);
    const page = await firstPage(pages, wholeRangeOf(["a"]), 250);
    expect(cutRest(page, undefined, 200)).toHaveLength(MAX_RANGES);
  });

  it.each([
    ["ten times too low", 0.1],
    ["ten times too high", 10],
  ])("that is estimated %s reaches all the same", async (_, wrongBy) => {
    const { pages, reads } = memberTable({ a: randomSids(10_000) });
    const page = await firstPage(pages, wholeRangeOf(["a"]), 250);
    const ranges = cutRest({ ...page, rows: page.rows * wrongBy }, undefined, 200);
    const got = page.members.map(({ sid }) => sid);
    let levels = 0;
    for (const range of ranges) {
      const below = await everyoneOf(pages, range, sizes);
      got.push(...below.got);
      levels = Math.max(levels, below.levels);
    }
    expect(new Set(got).size).toBe(10_000);
    expect(got).toHaveLength(10_000);
    expect(levels).toBeLessThanOrEqual(3);
    expect(reads.reduce((sum, { rows }) => sum + rows, 0)).toBe(10_000);
  });

  it("whose ids all begin alike goes on page after page, each handed on before it is posted", async () => {
    const { pages } = memberTable({ a: randomSids(1_000).map((sid) => `/chat#${sid}`) });
    const { got, invocations } = await everyoneOf(pages, wholeRangeOf(["a"]), sizes);
    expect(new Set(got).size).toBe(1_000);
    expect(got).toHaveLength(1_000);
    expect(invocations).toBeLessThan(1_000 / 250 + 2 * MAX_RANGES);
  });

  it("of a union takes the memory of its pages, however many rooms have joined in", async () => {
    const names = Array.from({ length: 40 }, (_, i) => `room ${i}`);
    const { pages } = memberTable(Object.fromEntries(names.map((name, i) => [name, randomSids(300, i)])));
    const { got, largest } = await everyoneOf(pages, wholeRangeOf(names), sizes);
    expect(new Set(got).size).toBe(40 * 300);
    expect(got).toHaveLength(40 * 300);
    expect(largest).toBeLessThanOrEqual(2 * 250);
  });

  it("names excepted sockets that are known, and lets the rooms of many be read again", async () => {
    const all = randomSids(2_000);
    const { pages, reads } = memberTable({ a: all, few: all.slice(0, 100), many: all.slice(100, 1_000) });
    const { rest } = await firstPage(pages, wholeRangeOf(["a"], ["few", "many"]), 250);
    expect(rest).toMatchObject({ parts: ["a"], except: ["many"] });
    expect(rest?.exceptSids).toEqual(
      all
        .slice(0, 100)
        .filter((sid) => sid > (rest?.after ?? ""))
        .sort(),
    );
    const { got } = await everyoneOf(pages, wholeRangeOf(["a"], ["few", "many"]), sizes);
    expect(got.sort()).toEqual(all.slice(1_000).sort());
    expect(reads.filter(({ part }) => part === "few")).toHaveLength(2);
  });

  it("of shards reads little beyond what it takes of them", async () => {
    const shards = Object.fromEntries([0, 1, 2, 3].map((shard) => [`s${shard}`, randomSids(5_000, shard)]));
    const { pages, reads } = memberTable(shards);
    const range = { ...wholeRangeOf(Object.keys(shards)), isSharded: true };
    const page = await firstPage(pages, range, 2_000);
    const rows = reads.reduce((sum, { rows: some }) => sum + some, 0);
    expect(page.members.length).toBeGreaterThan(rows * 0.85);
    expect((await everyoneOf(pages, range, sizes)).got).toHaveLength(20_000);
  });

  it("does not read a part that is known", async () => {
    const { pages, reads } = memberTable({ a: randomSids(10) });
    const own = memberCalled("me");
    const known = new Map([["own", { members: [own], upTo: undefined }]]);
    const { members } = await firstPage(pages, wholeRangeOf(["own"]), 250, known);
    expect(members).toEqual([own]);
    expect(reads).toEqual([]);
  });
});
