/** The counters of rooms, in a real table. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MAX_CONNECTION_SECONDS } from "../../runtime/store/expiry.js";
import { testBackends } from "../support/backend.js";
import { memberCalled } from "../support/member-table.js";

const newBackend = testBackends();
const HALF_MS = (MAX_CONNECTION_SECONDS * 1000) / 2;

let namespace: string;
let now: number;
beforeEach(() => {
  namespace = `/${randomUUID()}`;
  now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => void vi.restoreAllMocks());

const counts = () => newBackend().backend.roomCounts;
const kinds = (changes: readonly { readonly kind: string }[]) => changes.map(({ kind }) => kind);

it("rooms are found by any name, the longest too", async () => {
  const names = ["tea", "__proto__", "", '"', "#", "\ud800", "가".repeat(400), `${"가".repeat(400)}!`];
  await counts().join(namespace, memberCalled("a"), names);
  expect(await counts().sizes(namespace)).toEqual(new Map(names.map((name) => [name, 1])));
  expect(await Promise.all(names.map((name) => counts().size(namespace, name)))).toEqual(names.map(() => 1));
});

it("a room of a socket's own has events and is not in the list", async () => {
  const changes = await counts().enter(namespace, memberCalled("a"), ["a", "tea"]);
  expect(kinds(changes)).toEqual(["create-room", "join-room", "create-room", "join-room"]);
  expect(await counts().sizes(namespace)).toEqual(new Map([["tea", 1]]));
  expect(await counts().size(namespace, "a")).toBe(0);
  expect(await counts().join(namespace, memberCalled("b"), ["a"])).toEqual([
    { kind: "join-room", room: "a" },
  ]);
  expect(await counts().size(namespace, "a")).toBe(0);
});

it("two pages of rooms are one list", async () => {
  const rooms = Array.from({ length: 300 }, (_, index) => `${index} ${"x".repeat(4_000)}`);
  await counts().join(namespace, memberCalled("a"), rooms);
  expect((await counts().sizes(namespace)).size).toBe(300);
});

it("a counter that is wrong is forgotten when no member can be left, and the next one begins anew", async () => {
  await counts().join(namespace, memberCalled("died without leaving"), ["tea"]);
  now += 3 * HALF_MS;
  expect(await counts().sizes(namespace)).toEqual(new Map());
  expect(await counts().size(namespace, "tea")).toBe(0);
  expect(kinds(await counts().join(namespace, memberCalled("b"), ["tea"]))).toEqual([
    "create-room",
    "join-room",
  ]);
  expect(await counts().sizes(namespace)).toEqual(new Map([["tea", 1]]));
});

it("a socket that recovers keeps its rooms in the list for as long as its new connection lives", async () => {
  const [first, second] = ["first", "second"].map((connectionId) => ({ ...memberCalled("a"), connectionId }));
  await counts().enter(namespace, first as never, ["tea"]);
  now += HALF_MS;
  expect(await counts().enter(namespace, second as never, ["tea"])).toEqual([]);
  now += 1.5 * HALF_MS;
  expect(await counts().sizes(namespace)).toEqual(new Map([["tea", 1]]));
});

it("one that left twice is counted once", async () => {
  const [a, b] = [memberCalled("a"), memberCalled("b")];
  await counts().join(namespace, a, ["tea"]);
  await counts().join(namespace, b, ["tea"]);
  await Promise.all([counts().leave(namespace, a, ["tea"]), counts().leave(namespace, a, ["tea"])]);
  expect(await counts().sizes(namespace)).toEqual(new Map([["tea", 1]]));
});
