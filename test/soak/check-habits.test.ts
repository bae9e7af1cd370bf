/** The checker on made-up journals: what was put on sockets, and questions while connecting. */
import { describe, expect, it } from "vitest";
import { markOf } from "./entry.js";
import { Story } from "./story.js";

describe("what was put on a socket", () => {
  function found(mark: string | null, fault?: string): Story {
    const story = new Story();
    const client = story.client(1);
    if (fault) story.fault(fault, client);
    story.handle(client, story.send(client, "note"), { request: mark });
    return story.end();
  }

  it("is found where it was put", () => {
    expect(found(markOf("c1-1")).promises()).toEqual([]);
    expect(found(markOf("c1-1")).verdict().habits.marks).toBe(1);
  });

  it("that is gone breaks a promise", () => {
    expect(found(null).broken()).toEqual([{ promise: "own", what: "m1-1 (c1-1) found nothing in request" }]);
  });

  it("that is another client's breaks one", () => {
    expect(found(markOf("c2-1")).broken()).toEqual([
      { promise: "own", what: "m1-1 (c1-1) found client 2 in request" },
    ]);
  });

  it("may be gone where the environment died that was to store it, and is never another's", () => {
    expect(found(null, "kill").promises()).toEqual([]);
    expect(found(markOf("c2-1"), "kill").promises()).toEqual(["own"]);
  });
});

describe("a question while connecting", () => {
  function answered(...answers: (string | null)[]): Story {
    const story = new Story();
    const link = story.link(story.client(1));
    for (const answer of answers) story.add({ type: "answered", link, answer });
    return story.end();
  }

  it("calls back once, with an answer or without", () => {
    for (const answer of [markOf("c1-1"), null]) expect(answered(answer).promises()).toEqual([]);
    expect(answered(null).verdict().habits.unanswered).toBe(1);
  });

  it("that calls back twice is found", () => {
    expect(answered(markOf("c1-1"), null).broken()).toEqual([
      { promise: "asked", what: "c1-1 was asked once and called back 2 times: client 1, no answer" },
    ]);
  });

  it("that another client answers is found", () => {
    expect(answered(markOf("c2-1")).broken()).toEqual([
      { promise: "asked", what: "c1-1 was asked, and client 2 answered" },
    ]);
  });
});

describe("a greeting out of a callback", () => {
  function greeted(...marks: string[]): Story {
    const story = new Story();
    const client = story.client(1);
    for (const mark of marks) story.add({ type: "greeted", client, link: story.link(client), mark });
    return story.end();
  }

  it("may come twice", () => {
    expect(greeted(markOf("c1-1"), markOf("c1-1")).promises()).toEqual([]);
  });

  it("of another client is found", () => {
    expect(greeted(markOf("c2-1")).promises()).toEqual(["own"]);
  });
});
