/** The checker on made-up journals: from handlers to members. */
import { describe, expect, it } from "vitest";
import { Story } from "./story.js";

/** Two clients in the room "tea". */
function tea(): Story {
  const story = new Story();
  for (const client of [1, 2]) story.call(story.client(client), "join", "tea");
  return story;
}

function say(story: Story, client = 1): string {
  const id = story.send(client, "say", "tea");
  story.handle(client, id);
  return id;
}

describe("a broadcast", () => {
  it("that reaches all members is fine", () => {
    const story = tea();
    const id = say(story);
    for (const client of [1, 2]) story.get(client, id);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict()).toMatchObject({ losses: { owed: 2, lost: 0 }, copies: { got: 2 } });
  });

  it("that misses a member is found, with the room and the client", () => {
    const story = tea();
    story.get(1, say(story));
    const [broken, ...others] = story.end().broken();
    expect(others).toEqual([]);
    expect(broken?.promise).toBe("broadcast");
    expect(broken?.what).toMatch(/^m1-2 \(say in "tea", .*\) never reached client 2 \(c2-1\)$/);
  });

  it("owes nothing to a member whose join was not acked", () => {
    const story = tea();
    story.handle(3, story.send(story.client(3), "join", "tea", "ack"));
    const id = say(story);
    for (const client of [1, 2]) story.get(client, id);
    expect(story.end().broken()).toEqual([]);
  });

  it("owes nothing to a member that leaves meanwhile, nor forbids it to get something", () => {
    const story = tea();
    const id = say(story);
    const leave = story.send(2, "leave", "tea", "ack");
    story.get(1, id);
    story.get(2, id);
    story.handle(2, leave);
    story.ack(2, leave);
    expect(story.end().broken()).toEqual([]);
  });

  it("owes nothing to a member that was lost for good soon after", () => {
    const story = tea();
    story.get(1, say(story));
    story.lose(2);
    expect(story.end().broken()).toEqual([]);
  });

  it("that reaches a client who has left is found", () => {
    const story = tea();
    story.call(2, "leave", "tea");
    const id = say(story);
    for (const client of [1, 2]) story.get(client, id);
    expect(story.end().broken()).toEqual([
      { promise: "broadcast", what: expect.stringContaining("reached client 2, who was not in that room") },
    ]);
  });

  it("that reaches a client in the moment in which it is let in, is told when that is open", () => {
    const story = new Story();
    const [ann, bob] = [story.client(1), story.client(2)];
    story.call(ann, "join", "tea");
    story.lose(ann);
    story.disconnected(ann);
    story.letIn(ann, true);
    const id = story.call(bob, "say", "tea");
    story.disconnected(ann); // and lost again, before it knew
    story.letIn(ann);
    story.get(ann, id);
    story.open(ann);
    expect(story.end().broken()).toEqual([]);
  });

  it("that no handler has sent is found", () => {
    const story = tea();
    story.get(2, story.send(1, "say", "tea"));
    expect(story.end().promises()).toEqual(["broadcast"]);
  });

  it("that was cut short by a killed environment may miss members", () => {
    const story = tea();
    const id = say(story);
    story.fault("kill", 1, id);
    expect(story.end().broken()).toEqual([]);
  });

  it("to the others leaves out its sender", () => {
    const story = tea();
    const id = story.send(1, "others", "tea");
    story.handle(1, id);
    story.get(2, id);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().losses.owed).toBe(1);
  });

  it("to everybody needs no room", () => {
    const story = tea();
    story.client(3);
    const id = story.send(1, "all");
    story.handle(1, id);
    for (const client of [1, 2]) story.get(client, id);
    expect(
      story
        .end()
        .broken()
        .map(({ what }) => what),
    ).toEqual([expect.stringContaining("never reached client 3")]);
  });
});

describe("a copy too many", () => {
  function twice(fault?: string): Story {
    const story = tea();
    const id = say(story);
    story.get(1, id);
    if (fault) story.fault(fault, 2, id);
    story.get(2, id);
    story.get(2, id);
    return story.end();
  }

  it("is found", () => {
    expect(twice().promises()).toEqual(["once"]);
  });

  it("is counted where its sender could not know that the first had arrived", () => {
    expect(twice("postFailAfter").promises()).toEqual([]);
    expect(twice("postFailAfter").verdict().copies).toMatchObject({
      duplicated: 1,
      duplicatedByFault: 1,
    });
  });

  it("is not excused by a fault that lets nothing through", () => {
    expect(twice("postFail").promises()).toEqual(["once"]);
  });

  it("is none where the event was handled as often", () => {
    const story = tea();
    const id = story.send(1, "say", "tea", "retries");
    for (let times = 0; times < 2; times++) {
      story.handle(1, id);
      for (const client of [1, 2]) story.get(client, id);
    }
    story.ack(1, id);
    expect(story.end().broken()).toEqual([]);
  });
});

describe("recovery", () => {
  /** Client 2 is away while two things are said, and recovers. */
  function away(comeBack: (story: Story, first: string, second: string) => void): Story {
    const story = tea();
    story.lose(2);
    story.disconnected(2);
    const [first, second] = [say(story), say(story)];
    for (const id of [first, second]) story.get(1, id);
    story.wait(60_000);
    story.connect(2, true);
    comeBack(story, first, second);
    return story.end();
  }

  it("with all that was missed is fine", () => {
    const story = away((story, first, second) => {
      story.get(2, first, "offset 1");
      story.get(2, second, "offset 2");
    });
    expect(story.broken()).toEqual([]);
    expect(story.verdict()).toMatchObject({ recoveries: 1, losses: { owedAcrossLosses: 2 } });
  });

  it("that left something out is found", () => {
    const story = away((story, first) => story.get(2, first, "offset 1"));
    expect(story.promises()).toEqual(["recovery"]);
  });

  it("that brought something twice is found", () => {
    const story = away((story, first, second) => {
      for (const id of [first, first, second]) story.get(2, id, id);
    });
    expect(story.promises()).toEqual(["once"]);
  });

  it("that was cut off before the client knew of it comes once more, in the same order", () => {
    const story = tea();
    story.lose(2);
    story.disconnected(2);
    const [first, second] = [say(story), say(story)];
    for (const id of [first, second]) story.get(1, id);
    story.wait(60_000);
    story.letIn(2, true);
    story.disconnected(2);
    story.letIn(2, true);
    // A client hands out what it kept of both when it is open.
    for (const id of [first, second, first, second]) story.get(2, id, `offset of ${id}`);
    story.open(2, true);
    expect(story.end().broken()).toEqual([]);
  });

  it("in another order than the log's is found", () => {
    const story = away((story, first, second) => {
      story.get(2, second, "offset 2");
      story.get(2, first, "offset 1");
    });
    expect(story.broken()).toEqual([
      { promise: "logOrder", what: "client 2 got m1-3 before m1-2, which is older" },
    ]);
  });

  it("may double what was sent in that very moment", () => {
    const story = tea();
    story.lose(2);
    story.disconnected(2);
    const id = say(story);
    story.get(1, id);
    story.connect(2, true);
    for (let copies = 0; copies < 2; copies++) story.get(2, id);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().copies.duplicatedByRecovery).toBe(1);
  });

  it.each([
    [[2], []],
    [[2, 3, 4], ["once"]],
  ])("that doubles twelve packets of the clients %j breaks %j", (clients, promises) => {
    const story = tea();
    for (const client of clients.filter((one) => one > 2)) story.client(client);
    for (const client of clients) {
      story.lose(client);
      story.disconnected(client);
    }
    const ids = Array.from({ length: 12 }, () => story.send(1, "all"));
    for (const id of ids) {
      story.handle(1, id);
      story.get(1, id);
    }
    for (const client of clients) {
      story.connect(client, true);
      for (const id of ids)
        for (let copies = 0; copies < 2; copies++) story.get(client, id, `offset of ${id}`);
    }
    expect(story.end().promises()).toEqual(promises);
  });

  it("may repeat what had overtaken the packet that the client got last", () => {
    const story = tea();
    const [first, second] = [say(story), say(story)];
    for (const client of [1, 2]) {
      story.get(client, second, "offset 2");
      story.get(client, first, "offset 1");
    }
    story.lose(2);
    story.disconnected(2);
    story.wait(60_000);
    story.connect(2, true);
    story.get(2, second, "offset 2");
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().copies.duplicatedByOvertaking).toBe(1);
  });

  it("may lose what was on its way and overtaken when the client was lost", () => {
    const story = tea();
    const [first, second] = [say(story), say(story)];
    for (const id of [first, second]) story.get(1, id, id);
    story.get(2, second, second);
    story.lose(2);
    story.disconnected(2);
    story.wait(60_000);
    story.connect(2, true);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().losses).toMatchObject({ lost: 1, lostByOvertaking: 1 });
  });

  it("must not lose what had its time before the client was lost, overtaken or not", () => {
    const story = tea();
    const [first, second] = [say(story), say(story)];
    for (const id of [first, second]) story.get(1, id, id);
    story.get(2, second, second);
    story.wait(10_000);
    story.lose(2);
    story.disconnected(2);
    story.wait(60_000);
    story.connect(2, true);
    expect(story.end().promises()).toEqual(["broadcast"]);
  });

  it("must not lose what was on its way and not overtaken", () => {
    const story = tea();
    const [first, second] = [say(story), say(story)];
    for (const id of [first, second]) story.get(1, id, id);
    story.get(2, first, first);
    story.lose(2);
    story.disconnected(2);
    story.wait(60_000);
    story.connect(2, true);
    expect(story.end().promises()).toEqual(["recovery"]);
  });

  it("counts a client once that was told twice of it", () => {
    const story = away((all, ...missed) => {
      all.add({ type: "opened", client: 2, link: all.link(2), recovered: true, by: "websocket" });
      for (const id of missed) all.get(2, id);
    });
    expect(story.broken()).toEqual([]);
    expect(story.verdict().recoveries).toBe(1);
  });

  it("must not repeat what the client had last", () => {
    const story = tea();
    const id = say(story);
    for (const client of [1, 2]) story.get(client, id, "offset 1");
    story.lose(2);
    story.disconnected(2);
    story.wait(60_000);
    story.connect(2, true);
    story.get(2, id, "offset 1");
    expect(story.end().promises()).toEqual(["once"]);
  });

  it("that did not take place owes nothing", () => {
    const story = tea();
    story.lose(2);
    story.disconnected(2);
    story.get(1, say(story));
    story.connect(2);
    expect(story.end().broken()).toEqual([]);
    expect(story.verdict().sessions).toBe(3);
  });
});
