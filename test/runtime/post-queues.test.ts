import { describe, expect, it } from "vitest";
import { PostQueues } from "../../runtime/delivery/post-queues.js";
import { addressOf, gate, RecordingDelivery } from "../support/recording-delivery.js";

const [ann, bob] = [addressOf("ann"), addressOf("bob")];

function queues() {
  const delivery = new RecordingDelivery();
  const failed: [string, unknown][] = [];
  const posts = new PostQueues(
    delivery,
    (error, { connectionId }) => void failed.push([connectionId, error]),
  );
  return { delivery, failed, posts };
}

describe("PostQueues", () => {
  it("frames to one connection go one after another, in their order", async () => {
    const { delivery, posts } = queues();
    let underWay = 0;
    delivery.before = async () => {
      expect(++underWay).toBe(1);
      await new Promise(setImmediate);
      underWay--;
    };
    posts.post(ann, ["1", "2"]);
    posts.post(ann, ["3"]);
    posts.close(ann);
    await posts.drain();
    expect(delivery.to("ann")).toEqual(["1", "2", "3", null]);
  });

  it("a slow connection holds up nobody else", async () => {
    const { delivery, posts } = queues();
    const { passed, open } = gate();
    const bobGotAll = gate();
    delivery.before = ({ connectionId }, frame) => {
      if (connectionId === "ann") return passed;
      if (frame === "4") bobGotAll.open();
    };
    posts.post(ann, ["1", "2"]);
    posts.post(bob, ["3", "4"]);
    await bobGotAll.passed;
    await new Promise(setImmediate);
    expect(delivery.sent).toEqual([
      ["bob", "3"],
      ["bob", "4"],
    ]);
    expect(posts.isIdle).toBe(false);
    open();
    await posts.drain();
    expect(delivery.to("ann")).toEqual(["1", "2"]);
    expect(posts.isIdle).toBe(true);
  });

  it("a packet that fails is told of, and does not stop the next", async () => {
    const { delivery, posts, failed } = queues();
    const error = new Error("refused");
    delivery.before = (_to, frame) => {
      if (frame === "2") throw error;
    };
    for (const frame of ["1", "2", "3"]) posts.post(ann, [frame]);
    await posts.drain();
    expect(delivery.to("ann")).toEqual(["1", "3"]);
    expect(failed).toEqual([["ann", error]]);
  });

  it("who posts may hear of failures alone", async () => {
    const { delivery, posts, failed } = queues();
    delivery.before = () => Promise.reject(new Error("refused"));
    const own: string[] = [];
    posts.post(ann, ["1"], undefined, (_error, { connectionId }) => void own.push(connectionId));
    await posts.drain();
    expect([own, failed]).toEqual([["ann"], []]);
  });

  it("drain waits for what is posted meanwhile, by an error handler for instance", async () => {
    const delivery = new RecordingDelivery();
    delivery.before = ({ connectionId }) => {
      if (connectionId === "ann") throw new Error("gone");
    };
    const posts: PostQueues = new PostQueues(delivery, () => posts.post(bob, ["ann is gone"]));
    posts.post(ann, ["1"]);
    await posts.drain();
    expect(delivery.to("bob")).toEqual(["ann is gone"]);
  });
});
