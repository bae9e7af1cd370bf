import { describe, expect, it, vi } from "vitest";
import { Outbox } from "../../runtime/connection/outbox.js";
import { addressOf, gate, RecordingDelivery } from "../support/recording-delivery.js";

const ann = addressOf("ann");

function outboxOf(delivery = new RecordingDelivery()) {
  return { delivery, outbox: new Outbox(delivery, () => {}) };
}

describe("Outbox", () => {
  it("a step starts when the one before it is placed", async () => {
    const { outbox } = outboxOf();
    const { passed, open } = gate();
    const order: string[] = [];
    outbox.place("store", () => passed.then(() => void order.push("written")));
    outbox.place("delivery", () => void order.push("read"));
    expect(order).toEqual([]);
    open();
    await outbox.drain();
    expect(order).toEqual(["written", "read"]);
  });

  it("a step placed while nothing waits runs at once", async () => {
    const { outbox, delivery } = outboxOf();
    outbox.place("delivery", () => void outbox.posts.post(ann, ["ack"]));
    expect(outbox.isIdle).toBe(false);
    await outbox.drain();
    expect(delivery.to("ann")).toEqual(["ack"]);
  });

  it("a step does not wait for the posts of those before it, and drain does", async () => {
    const { passed, open } = gate();
    const { outbox, delivery } = outboxOf();
    delivery.before = () => passed;
    outbox.place("delivery", () => void outbox.posts.post(ann, ["slow"]));
    const written = gate();
    outbox.place("store", async () => written.open());
    await written.passed;
    expect(delivery.sent).toEqual([]);
    open();
    await outbox.drain();
    expect(delivery.to("ann")).toEqual(["slow"]);
    expect(outbox.isIdle).toBe(true);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("no table"))],
    [
      "throws",
      () => {
        throw new Error("no table");
      },
    ],
  ])(
    "a step that %s is reported, rejects for who awaits it, and those behind it go on",
    async (_how, step) => {
      const logged = vi.spyOn(console, "error").mockImplementation(() => {});
      const { outbox } = outboxOf();
      const placed = outbox.place("store", step);
      const next = vi.fn();
      outbox.place("delivery", next);
      await expect(placed).rejects.toThrow("no table");
      await outbox.drain();
      expect(next).toHaveBeenCalledOnce();
      expect(logged).toHaveBeenCalledExactlyOnceWith(
        "[store]",
        expect.objectContaining({ message: "no table" }),
      );
      logged.mockRestore();
    },
  );

  it("a step may place steps, which drain waits for", async () => {
    const { outbox, delivery } = outboxOf();
    outbox.place("store", async () => {
      outbox.place("delivery", () => void outbox.posts.post(ann, ["from inside"]));
    });
    await outbox.drain();
    expect(delivery.to("ann")).toEqual(["from inside"]);
  });
});
