import { describe, expect, it } from "vitest";
import { PendingWork } from "../../runtime/user-code/pending-work.js";
import { gate } from "../support/recording-delivery.js";

describe("PendingWork", () => {
  it("is settled when all has ended, well or badly", async () => {
    const work = new PendingWork();
    const [first, second] = [gate(), gate()];
    work.track("first", first.passed);
    work.track(
      "second",
      second.passed.then(() => Promise.reject(new Error("the caller's business"))),
    );
    expect(work.running).toEqual(["first", "second"]);
    let isSettled = false;
    const settled = work.settled().then(() => {
      isSettled = true;
    });
    first.open();
    await new Promise(setImmediate);
    expect([isSettled, work.running]).toEqual([false, ["second"]]);
    second.open();
    await settled;
    expect(work.isIdle).toBe(true);
  });

  it("waits for what was started meanwhile, also in the next tick", async () => {
    const work = new PendingWork();
    const late = gate();
    const order: string[] = [];
    work.track(
      "packet",
      Promise.resolve().then(() => {
        process.nextTick(() => work.track("handler", late.passed));
      }),
    );
    const settled = work.settled().then(() => order.push("settled"));
    setImmediate(() =>
      setImmediate(() => {
        order.push("handler ends");
        late.open();
      }),
    );
    await settled;
    expect(order).toEqual(["handler ends", "settled"]);
  });

  it("waits no more when it is abandoned", async () => {
    const work = new PendingWork();
    work.track("never ends", new Promise(() => {}));
    const settled = work.settled();
    work.abandon();
    await settled;
    await work.settled();
    expect(work.running).toEqual(["never ends"]);
  });
});
