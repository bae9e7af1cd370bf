/** The checker on made-up journals: from clients to handlers. */
import { describe, expect, it } from "vitest";
import { Story } from "./story.js";

describe("at most once", () => {
  it("an event that was lost is counted, and breaks nothing", () => {
    const story = new Story();
    story.send(story.client(1), "note");
    expect(story.end().promises()).toEqual([]);
    expect(story.verdict().handling.lost).toBe(1);
  });

  it("an event that was sent once and handled twice is found", () => {
    const story = new Story();
    const client = story.client(1);
    const id = story.send(client, "note");
    story.handle(client, id);
    story.handle(client, id);
    expect(story.end().broken()).toEqual([{ promise: "atMostOnce", what: "m1-1 was handled 2 times" }]);
    expect(story.verdict().handling.duplicated).toBe(1);
  });

  it("a queue may deliver again the message of a killed environment, and no other", () => {
    const struck = (mode: "concurrent" | "ordered", isStruck: boolean) => {
      const story = new Story();
      const client = story.client(1);
      const id = story.send(client, "note");
      story.handle(client, id);
      if (isStruck) story.fault("kill", client, id);
      story.handle(client, id);
      return story.end().promises(mode);
    };
    expect(struck("ordered", true)).toEqual([]);
    expect(struck("ordered", false)).toEqual(["atMostOnce"]);
    expect(struck("concurrent", true)).toEqual(["atMostOnce"]);
  });
});

describe("at least once", () => {
  it("an event with retries may be handled twice", () => {
    const story = new Story();
    const client = story.client(1, "retries");
    const id = story.send(client, "note", null, "retries");
    story.handle(client, id);
    story.handle(client, id);
    story.ack(client, id);
    expect(story.end().promises()).toEqual([]);
  });

  it("an event with retries that was never handled is found", () => {
    const story = new Story();
    story.send(story.client(1, "retries"), "note", null, "retries");
    expect(story.end().broken()).toEqual([
      { promise: "atLeastOnce", what: "m1-1 was handled 0 times and not acked" },
    ]);
  });

  it("an event with retries whose ack never came is found", () => {
    const story = new Story();
    const client = story.client(1, "retries");
    story.handle(client, story.send(client, "note", null, "retries"));
    expect(story.end().promises()).toEqual(["atLeastOnce"]);
  });

  it("nothing is owed to a client that was not there when all was calm", () => {
    const story = new Story();
    const client = story.client(1, "retries");
    story.send(client, "note", null, "retries");
    story.lose(client);
    expect(story.end().promises()).toEqual([]);
  });
});

describe("a queue", () => {
  function neverHandled(after: (story: Story, client: number) => void): Story {
    const story = new Story();
    const client = story.client(1);
    story.send(client, "note");
    after(story, client);
    return story.end();
  }

  it("that lost an event is found", () => {
    const story = neverHandled(() => {});
    expect(story.broken("ordered")).toEqual([{ promise: "queued", what: "m1-1 (c1-1) was never handled" }]);
    expect(story.promises("concurrent")).toEqual([]);
  });

  it("owes nothing for an event whose connection ended soon after", () => {
    const story = neverHandled((broken, client) => {
      broken.wait(5_000);
      broken.lose(client);
    });
    expect(story.promises("ordered")).toEqual([]);
  });
});

describe("acks", () => {
  it("an ack of an event that no handler saw is found", () => {
    const story = new Story();
    const client = story.client(1);
    story.ack(client, story.send(client, "ask", null, "ack"));
    expect(story.end().broken()).toEqual([{ promise: "acked", what: "m1-1 was acked and never handled" }]);
  });
});

describe("order", () => {
  function overtaken(): Story {
    const story = new Story();
    const client = story.client(1);
    const [first, second] = [story.send(client, "note"), story.send(client, "note")];
    story.handle(client, second);
    story.handle(client, first);
    return story.end();
  }

  it("an inversion is counted in concurrent mode, and breaks nothing", () => {
    expect(overtaken().promises("concurrent")).toEqual([]);
    expect(overtaken().verdict("concurrent").handling.outOfOrder).toBe(1);
  });

  it("an inversion is found in ordered mode", () => {
    expect(overtaken().broken("ordered")).toEqual([
      { promise: "order", what: "m1-2 was handled before m1-1 (c1-1)" },
    ]);
  });

  it("there is none between two connections of a client", () => {
    const story = new Story();
    const client = story.client(1);
    const [first, second] = [story.send(client, "note"), story.send(client, "note")];
    const former = story.link(client);
    story.lose(client);
    story.disconnected(client);
    story.connect(client);
    story.handle(client, second);
    story.add({ type: "handled", link: former, id: first, marks: {} });
    expect(story.end().promises("ordered")).toEqual([]);
  });
});
