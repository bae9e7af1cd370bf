import { describe, expect, it } from "vitest";
import { report } from "./report.js";
import { Story } from "./story.js";

describe("the report of a soak run", () => {
  it("says that every promise was kept", () => {
    const story = new Story();
    story.call(story.client(1), "ask");
    expect(report(story.end().verdict(), 7)).toContain("every promise was kept");
  });

  it("names a broken promise, its offenders and the seed", () => {
    const story = new Story();
    const client = story.client(1);
    const id = story.send(client, "note");
    for (let times = 0; times < 2; times++) story.handle(client, id);
    const text = report(story.end().verdict(), 7);
    expect(text).toContain(
      "BROKEN in concurrent mode, seed 7: an event that is sent once is handled at most once",
    );
    expect(text).toContain("m1-1 was handled 2 times");
    expect(text).not.toContain("every promise was kept");
  });

  it("says where the machine was too slow", () => {
    const story = new Story();
    story.fault("timeout", story.client(1));
    expect(report(story.end().verdict(), 7)).toContain(
      "1 invocations, or their calls to the table, ran out of time",
    );
  });

  it("counts the offenders beyond the first twenty", () => {
    const story = new Story();
    const client = story.client(1);
    for (let event = 0; event < 25; event++) story.ack(client, story.send(client, "ask", null, "ack"));
    expect(report(story.end().verdict(), 7)).toContain("and 5 more");
  });
});
