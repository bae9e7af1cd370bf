import { describe, expect, it } from "vitest";
import * as keys from "../../runtime/store/room-key.js";

/** The hard limit of a partition key (DynamoDB service quotas). */
const MAX_KEY_BYTES = 2048;
const AWKWARD = [
  "",
  "a",
  ",",
  '"',
  '","',
  "\\",
  "\\u0000",
  "\u0000",
  "#",
  "[",
  "/",
  "{}",
  '{"shard":1}',
  "null",
];

describe("roomKey", () => {
  it("no two pairs of a namespace and a room share a key, whatever separators they contain", () => {
    const pairs = AWKWARD.flatMap((namespace) => AWKWARD.map((room) => keys.roomKey(namespace, room)));
    expect(new Set(pairs).size).toBe(AWKWARD.length ** 2);
  });

  it("moving characters from the namespace to the room makes another key", () => {
    expect(keys.roomKey('/a","b', "c")).not.toBe(keys.roomKey("/a", 'b","c'));
    expect(keys.roomKey("/a,b", "c")).not.toBe(keys.roomKey("/a", "b,c"));
  });

  it("is readable, in any script", () => {
    expect(keys.roomKey("/chat", "방 이름 🍵")).toBe('["/chat","방 이름 🍵"]');
  });

  it("lone surrogates stay apart in UTF-8, which has no form for them", () => {
    const utf8 = ["\ud800", "\udfff", "\ufffd", "\\ud800"].map((room) =>
      Buffer.from(keys.roomKey("/", room)).toString("hex"),
    );
    expect(new Set(utf8).size).toBe(4);
  });

  it("a long name gets a short key, of its own", () => {
    const long = "가".repeat(1000);
    const [one, two] = [keys.roomKey("/", `${long}1`), keys.roomKey("/", `${long}2`)];
    expect(one).toMatch(/^#/);
    expect(one).not.toBe(two);
    expect(Buffer.byteLength(one)).toBeLessThan(100);
  });

  it("the longest name that fits is kept as it is; one byte more is not", () => {
    const room = "x".repeat(MAX_KEY_BYTES - Buffer.byteLength('["/",""]'));
    expect(keys.roomKey("/", room)).toHaveLength(MAX_KEY_BYTES);
    expect(keys.roomKey("/", `${room}x`)).toMatch(/^#/);
  });

  it("no room can be named so that it has the key of a hashed one", () => {
    const hashed = keys.roomKey("/", "x".repeat(3000));
    expect(keys.roomKey("/", hashed)).not.toBe(hashed);
  });
});

describe("the other keys in the table", () => {
  it("are no room's, for one name in every role", () => {
    const all = AWKWARD.flatMap((name) => [
      keys.roomKey("/", name),
      keys.logKey("/", name),
      keys.recoveryKey("/", name),
      keys.attachmentsKey(name),
      keys.attachmentKey(name, name),
    ]);
    const single = [
      keys.logKey("/", null),
      keys.shardKey("/", 1),
      keys.countsKey("/", 1),
      keys.ackKey("/", 1),
      keys.childrenKey(1),
      keys.roomKey("/", "1"),
    ];
    const expected = all.length + single.length;
    expect(new Set([...all, ...single]).size).toBe(expected);
  });

  it("a room's sort key fits, and is no other room's", () => {
    const long = "가".repeat(400);
    const names = [...AWKWARD, `${long}1`, `${long}2`, keys.roomSortKey(`${long}1`)];
    const sorts = names.map(keys.roomSortKey);
    expect(new Set(sorts).size).toBe(new Set(names).size);
    expect(Math.max(...sorts.map((sort) => Buffer.byteLength(sort)))).toBeLessThanOrEqual(1024);
  });

  it("belong to one namespace", () => {
    expect(keys.ackKey("/a", 1)).not.toBe(keys.ackKey("/b", 1));
    expect(keys.shardKey("/a", 0)).not.toBe(keys.shardKey("/b", 0));
  });
});
