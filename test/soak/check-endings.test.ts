/** The checker on made-up journals: what ends, and what is left. */
import { describe, expect, it } from "vitest";
import { kindOf } from "./leftovers.js";
import { Story } from "./story.js";

describe("packets of several frames", () => {
  it("that another packet came into are found by what the client does", () => {
    const story = new Story();
    const client = story.client(1);
    story.add({ type: "closed", client, link: story.link(client), reason: "parse error" });
    expect(story.end().broken()).toEqual([{ promise: "together", what: "c1-1 closed for a parse error" }]);
  });

  it("that are not those that were sent are found", () => {
    const story = new Story();
    const client = story.client(1);
    const id = story.send(client, "note");
    story.handle(client, id);
    story.add({ type: "torn", client, link: story.link(client), id });
    expect(story.end().promises()).toEqual(["together"]);
  });
});

describe("disconnects", () => {
  it("one for each connection is fine", () => {
    const story = new Story();
    const client = story.client(1);
    story.lose(client);
    story.disconnected(client);
    story.connect(client);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().disconnects).toMatchObject({ connections: 2, missed: 0, doubled: 0 });
  });

  it("one that never came is found", () => {
    const story = new Story();
    const client = story.client(1);
    story.lose(client);
    story.connect(client);
    expect(story.end().broken()).toEqual([
      { promise: "disconnect", what: "c1-1 (id of c1-1) was never seen to disconnect" },
    ]);
  });

  it("two for one connection are found", () => {
    const story = new Story();
    const client = story.client(1);
    story.disconnected(client);
    story.disconnected(client);
    expect(story.end().promises()).toEqual(["disconnect"]);
    expect(story.verdict().disconnects.doubled).toBe(1);
  });

  it("a connection handler that ran twice is found", () => {
    const story = new Story();
    story.client(1);
    story.add({ type: "connection", link: "c1-1", connectionId: "id of c1-1", recovered: false });
    expect(story.end().promises()).toEqual(["disconnect"]);
  });

  it("one without a connection is found", () => {
    const story = new Story();
    story.add({ type: "disconnect", link: "c9-1", connectionId: "nobody's", reason: "transport close" });
    expect(story.end().promises()).toEqual(["disconnect"]);
  });

  it("one may be missed where the environment died before the connection was stored", () => {
    const story = new Story();
    const client = story.client(1);
    story.fault("kill", client);
    story.lose(client);
    story.connect(client);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().disconnects).toMatchObject({ missed: 1, missedByFault: 1 });
  });

  it("one must not be missed for an environment that died much later", () => {
    const story = new Story();
    const client = story.client(1);
    story.lose(client);
    story.wait(60_000);
    story.fault("kill", client);
    story.connect(client);
    expect(story.end().promises()).toEqual(["disconnect"]);
  });

  it("there may be two where the environment died, or its time was up, in the first", () => {
    for (const kind of ["kill", "timeout"]) {
      const story = new Story();
      const client = story.client(1);
      story.disconnected(client);
      story.fault(kind, client);
      story.wait(60_000);
      story.disconnected(client);
      expect(story.end().broken()).toEqual([]);
      expect(story.verdict().disconnects).toMatchObject({ doubled: 1, doubledByFault: 1 });
    }
  });

  it("a kill that struck another client excuses nothing", () => {
    const story = new Story();
    const [client, other] = [story.client(1), story.client(2)];
    story.lose(client);
    story.connect(client);
    story.fault("kill", other);
    expect(story.end().promises()).toEqual(["disconnect"]);
  });
});

describe("rows left over", () => {
  it("those of a connection are found, notes that expire are not", () => {
    const story = new Story();
    story.leftovers = {
      owned: new Map([["member", ["one", "two"]]]),
      notes: new Map([["log", 7]]),
      immortal: [],
    };
    expect(story.end().broken()).toEqual([{ promise: "leftovers", what: '2 of kind "member": one, two' }]);
  });

  it("the item of a handshake whose environment died may wait for its TTL, and no other item", () => {
    const left = (connectionId: string) => {
      const story = new Story();
      story.client(1);
      story.fault("kill", 1);
      story.add({ type: "fault", kind: "kill", connectionId: "stillborn", operation: undefined, ids: [] });
      story.leftovers = { owned: new Map([["connection", [connectionId]]]), notes: new Map(), immortal: [] };
      return story.end().promises();
    };
    expect(left("stillborn")).toEqual([]);
    expect(left("id of c1-1")).toEqual(["leftovers"]);
    expect(left("somebody's")).toEqual(["leftovers"]);
  });

  it("the item of a client that went before its transport was known may wait, and none that a handler saw", () => {
    const left = (connectionId: string) => {
      const story = new Story();
      story.client(1);
      story.add({ type: "connection", link: "c2-1", connectionId: "poll.seen", recovered: false });
      story.add({ type: "disconnect", link: "c2-1", connectionId: "poll.seen", reason: "ping timeout" });
      story.add({
        type: "fault",
        kind: "loseDisconnect",
        connectionId: "tried",
        operation: undefined,
        ids: [],
      });
      story.leftovers = { owned: new Map([["connection", [connectionId]]]), notes: new Map(), immortal: [] };
      return story.end().promises();
    };
    expect(left("poll.unseen")).toEqual([]);
    expect(left("tried")).toEqual([]);
    expect(left("poll.seen")).toEqual(["leftovers"]);
  });

  it("a note without an expiry is found", () => {
    const story = new Story();
    story.leftovers = { owned: new Map(), notes: new Map([["log", 1]]), immortal: ["its key"] };
    expect(story.end().broken()).toEqual([{ promise: "leftovers", what: "its key has no expiry" }]);
  });

  it.each([
    ["connection", true, { connectionId: "x" }],
    ["member", true, { room: '["/","tea"]', connectionId: "x" }],
    ["member", true, { room: "#hash of a long name", connectionId: "x" }],
    ["member of everybody", true, { room: '["/",{"shard":3}]', connectionId: "x" }],
    ["heartbeat", true, { room: '{"beat":[1,2]}', protocol: "plain" }],
    ["heartbeat's note", false, { room: '{"beat":[1,2]}' }],
    ["attachments", false, { room: '{"attachments":"x"}' }],
    ["log", false, { room: '["/",{"log":"tea"}]' }],
    ["recovery", false, { room: '["/",{"recovery":"pid"}]' }],
    ["ack", false, { room: '["/",{"ack":1}]' }],
  ])("%s is told by its key", (kind, isOwned, columns) => {
    const row = Object.fromEntries(Object.entries(columns).map(([name, S]) => [name, { S }]));
    expect(kindOf(row)).toEqual({ kind, isOwned });
  });
});

describe("memory", () => {
  const grown = (seconds: number, mbAt: (second: number) => number) => {
    const story = new Story();
    story.rssBytes = Array.from({ length: seconds }, (_, second) => mbAt(second) * 2 ** 20);
    return story.end().promises();
  };

  it("that grows without bound is found", () => {
    expect(grown(300, (second) => 100 + 5 * second)).toEqual(["memory"]);
  });

  it("that rises in the first minute and stays is fine", () => {
    expect(grown(300, (second) => Math.min(900, 100 + 20 * second))).toEqual([]);
  });

  it("is not judged in a short run", () => {
    expect(grown(60, (second) => 100 + 50 * second)).toEqual([]);
  });
});
