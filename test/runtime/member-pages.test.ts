/** Ranges of rooms as a real table gives them. */
import { randomInt, randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { cutRest } from "../../runtime/delivery/cut-range.js";
import { firstPage, type RecipientRange } from "../../runtime/delivery/recipient-range.js";
import type { MemberPages } from "../../runtime/store/member-pages.js";
import { random } from "../../tools/simulate/random.js";
import { testBackends } from "../support/backend.js";
import { memberCalled, randomSids, wholeRangeOf } from "../support/member-table.js";

const newBackend = testBackends();
const seed = randomInt(2 ** 31);

async function roomOf(sids: readonly string[]): Promise<{ pages: MemberPages; part: string; room: string }> {
  const { rooms } = newBackend().backend;
  const room = randomUUID();
  await Promise.all(sids.map((sid) => rooms.join("/", memberCalled(sid), [room])));
  const [part = ""] = rooms.pages.partsOf("/", [room]);
  return { pages: rooms.pages, part, room };
}

const sidsOf = (page: { members: readonly { sid: string }[] }) => page.members.map(({ sid }) => sid);

it("a page begins behind `after`, goes to `until`, and says where it was cut off", async () => {
  const { pages, part } = await roomOf(["A", "B", "C", "D", "a"]);
  const page = async (range: { after?: string; until?: string }, limit = 100) => {
    const { upTo, ...members } = await pages.page(part, range, limit);
    return [sidsOf(members).join(""), upTo];
  };
  expect(await page({})).toEqual(["ABCDa", undefined]);
  expect(await page({ after: "" })).toEqual(["ABCDa", undefined]);
  expect(await page({ after: "B" })).toEqual(["CDa", undefined]);
  expect(await page({ until: "C" })).toEqual(["ABC", undefined]);
  expect(await page({ after: "A", until: "C" })).toEqual(["BC", undefined]);
  expect(await page({ after: "AA", until: "CC" })).toEqual(["BC", undefined]);
  expect(await page({}, 2)).toEqual(["AB", "B"]);
  expect(await page({ after: "B" }, 1)).toEqual(["C", "C"]);
  expect(await page({ after: "A", until: "D" }, 1)).toEqual(["B", "B"]);
  expect(await page({ after: "A", until: "C" }, 2)).toEqual(["BC", undefined]);
  expect(await page({ after: "a" })).toEqual(["", undefined]);
});

it("a member has all that a post needs, and an expired row is none", async () => {
  const { rooms } = newBackend().backend;
  const room = randomUUID();
  const leased = { ...memberCalled("leased"), leased: true as const, protocol: "engine.io-3" as const };
  await rooms.join("/", leased, [room]);
  const [part = ""] = rooms.pages.partsOf("/", [room]);
  expect((await rooms.pages.page(part, {}, 10)).members).toEqual([leased]);
});

it("the shards of a namespace have all its sockets", async () => {
  const { rooms } = newBackend().backend;
  const namespace = `/${randomUUID()}`;
  const sids = randomSids(50, seed);
  await Promise.all(sids.map((sid) => rooms.enter(namespace, memberCalled(sid), [])));
  const parts = rooms.pages.partsOf(namespace, []);
  const range = { ...wholeRangeOf(parts), isSharded: true };
  expect(sidsOf(await firstPage(rooms.pages, range, 1_000)).sort()).toEqual(sids.sort());
});

it(`any cut of a room gives each member once (seed ${seed})`, async () => {
  const sids = randomSids(300, seed);
  const { pages, part } = await roomOf(sids);
  const numbers = random(seed);
  for (let round = 0; round < 5; round++) {
    const [limit, each] = [20 + Math.floor(numbers.next() * 60), 10 + Math.floor(numbers.next() * 40)];
    const got: string[] = [];
    const ranges: RecipientRange[] = [wholeRangeOf([part])];
    for (const range of ranges) {
      const page = await firstPage(pages, range, limit);
      got.push(...sidsOf(page));
      ranges.push(...cutRest(page, range.after, each));
    }
    expect(got.sort(), `limit ${limit}, each ${each}`).toEqual([...sids].sort());
  }
});
