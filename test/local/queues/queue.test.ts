import { describe, expect, it } from "vitest";
import { Random } from "../../../local/faults/random.js";
import type { Message } from "../../../local/queues/message.js";
import { Queue } from "../../../local/queues/queue.js";
import type { QueueModel } from "../../../local/template/resource-type.js";
import { fifo, standard } from "./models.js";

/** A queue on a clock that stands still until the test moves it. */
function makeQueue(model: QueueModel) {
  let nowMs = 1_700_000_000_000;
  const letters: Message[] = [];
  const queue = new Queue(model, { now: () => nowMs, onDeadLetter: (message) => letters.push(message) });
  let number = 0;
  return {
    queue,
    letters,
    /** With a deduplication id of its own. */
    send: (group: string, body: string) =>
      queue.send({ body, groupId: group, deduplicationId: `d${number++}` }),
    bodies: (max?: number) => queue.receive(max).map(({ body }) => body),
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

describe("a FIFO queue", () => {
  it("gives the messages of a group in their order, ten at a time", () => {
    const { send, queue, bodies } = makeQueue(fifo());
    for (let index = 0; index < 12; index += 1) send("a", String(index));
    const first = queue.receive();
    expect(first.map(({ body }) => body)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    for (const { receiptHandle } of first) queue.delete(receiptHandle);
    expect(bodies()).toEqual(["10", "11"]);
  });

  it("gives as many of one group as it can, then of the next", () => {
    const { send, bodies } = makeQueue(fifo());
    for (const [group, body] of ["a1", "b1", "a2", "b2"].map((text) => [text[0] ?? "", text] as const)) {
      send(group, body);
    }
    expect(bodies(3)).toEqual(["a1", "a2", "b1"]);
  });

  it("gives nothing of a group while one of its messages is in flight, and all the while gives of others", () => {
    const { send, queue, bodies } = makeQueue(fifo());
    send("a", "a1");
    const [held] = queue.receive();
    send("a", "a2");
    send("b", "b1");
    expect(bodies()).toEqual(["b1"]);
    queue.delete(held?.receiptHandle ?? "");
    expect(bodies()).toEqual(["a2"]);
  });

  it("keeps a group blocked until the last of a batch is deleted", () => {
    const { send, queue, bodies } = makeQueue(fifo());
    for (const body of ["1", "2", "3"]) send("a", body);
    const [first, second] = queue.receive(2);
    queue.delete(second?.receiptHandle ?? "");
    expect(bodies()).toEqual([]);
    queue.delete(first?.receiptHandle ?? "");
    expect(bodies()).toEqual(["3"]);
  });

  it("gives a message again, before those behind it, when its visibility timeout is over", () => {
    const { send, queue, bodies, pass } = makeQueue(fifo({ visibilityTimeoutMs: 30_000 }));
    send("a", "1");
    const [first] = queue.receive();
    send("a", "2");
    pass(29_999);
    expect(bodies()).toEqual([]);
    pass(1);
    const again = queue.receive();
    expect(again.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ["1", 2],
      ["2", 1],
    ]);
    expect(again[0]).toMatchObject({ messageId: first?.messageId, firstReceivedMs: first?.firstReceivedMs });
    expect(again[0]?.receiptHandle).not.toBe(first?.receiptHandle);
  });

  it("does not delete by a receipt whose visibility timeout is over", () => {
    const { send, queue, bodies, pass } = makeQueue(fifo({ visibilityTimeoutMs: 30_000 }));
    send("a", "1");
    const [first] = queue.receive();
    pass(30_000);
    expect(queue.delete(first?.receiptHandle ?? "")).toBe(false);
    expect(bodies()).toEqual(["1"]);
  });

  it("moves a message to the dead letters when it has been received often enough, and goes on with its group", () => {
    const { send, queue, letters, bodies, pass } = makeQueue(
      fifo({ visibilityTimeoutMs: 1000, redrive: { deadLetterArn: "dead", maxReceiveCount: 2 } }),
    );
    const { messageId } = send("a", "poison");
    for (let times = 0; times < 2; times += 1) {
      expect(bodies(1)).toEqual(["poison"]);
      pass(1000);
    }
    send("a", "next");
    expect(letters).toEqual([]);
    expect(bodies()).toEqual(["next"]);
    expect(letters).toMatchObject([{ messageId, body: "poison", groupId: "a", receiveCount: 2 }]);
    expect(queue.size).toBe(1);
  });

  it("counts each message of a batch, so those behind a failing one follow it to the dead letters", () => {
    const { send, queue, letters, pass } = makeQueue(
      fifo({ visibilityTimeoutMs: 1000, redrive: { deadLetterArn: "dead", maxReceiveCount: 1 } }),
    );
    for (const body of ["poison", "innocent"]) send("a", body);
    queue.receive();
    pass(1000);
    expect(queue.receive()).toEqual([]);
    expect(letters.map(({ body }) => body)).toEqual(["poison", "innocent"]);
  });

  it("accepts a deduplication id once in five minutes, even when its message is deleted", () => {
    const { queue, pass } = makeQueue(fifo());
    const message = { body: "x", groupId: "a", deduplicationId: "d" };
    const first = queue.send(message);
    expect(queue.send({ ...message, body: "y" })).toEqual(first);
    const received = queue.receive();
    expect(received.map(({ body }) => body)).toEqual(["x"]);
    for (const { receiptHandle } of received) queue.delete(receiptHandle);
    pass(5 * 60_000 - 1);
    queue.send(message);
    expect(queue.size).toBe(0);
    pass(1);
    expect(queue.send(message).messageId).not.toBe(first.messageId);
    expect(queue.size).toBe(1);
  });

  it.each([
    ["messageGroup", 2],
    ["queue", 1],
  ] as const)("deduplicates by %s: the same id in two groups makes %i", (deduplicationScope, size) => {
    const { queue } = makeQueue(fifo({ deduplicationScope }));
    for (const groupId of ["a", "b"]) queue.send({ body: "x", groupId, deduplicationId: "d" });
    expect(queue.size).toBe(size);
  });

  it("takes the body for an id where it deduplicates by content", () => {
    const { queue } = makeQueue(fifo({ deduplicatesByContent: true }));
    for (const body of ["x", "x", "y"]) queue.send({ body, groupId: "a" });
    expect(queue.size).toBe(2);
  });

  it("numbers its messages with 20 digits that grow", () => {
    const { send } = makeQueue(fifo());
    const numbers = [send("a", "1"), send("b", "2")].map(({ sequenceNumber }) => sequenceNumber ?? "");
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
    expect((numbers[0] ?? "") < (numbers[1] ?? "")).toBe(true);
  });

  it("lets the groups take turns, so that a busy one does not starve the others", () => {
    const { send, queue } = makeQueue(fifo());
    for (const body of ["a1", "a2", "a3"]) send("a", body);
    send("b", "b1");
    const seen: string[] = [];
    for (let message = queue.receive(1)[0]; message; message = queue.receive(1)[0]) {
      seen.push(message.body);
      queue.delete(message.receiptHandle);
    }
    expect(seen).toEqual(["a1", "b1", "a2", "a3"]);
  });

  it("keeps every group's order through random failures, and loses nothing", () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const numbers = new Random(seed);
    const random = () => numbers.next("failures");
    const { send, queue, pass } = makeQueue(fifo({ visibilityTimeoutMs: 1000 }));
    const groups = ["a", "b", "c"];
    const handled: Record<string, number[]> = { a: [], b: [], c: [] };
    for (let index = 0; index < 100; index += 1) for (const group of groups) send(group, String(index));
    while (queue.size > 0) {
      const blocked = new Set<string>();
      for (const { body, groupId = "", receiptHandle } of queue.receive(1 + Math.floor(random() * 10))) {
        if (blocked.has(groupId) || random() < 0.2) {
          blocked.add(groupId);
        } else {
          handled[groupId]?.push(Number(body));
          queue.delete(receiptHandle);
        }
      }
      pass(random() < 0.3 ? 1000 : 10);
    }
    const inOrder = Array.from({ length: 100 }, (_, index) => index);
    expect(handled, `seed ${seed}`).toEqual({ a: inOrder, b: inOrder, c: inOrder });
  });
});

describe("a standard queue", () => {
  it("gives other messages while one is in flight, and that one again after its visibility timeout", () => {
    const { queue, bodies, pass } = makeQueue(standard({ visibilityTimeoutMs: 1000 }));
    queue.send({ body: "1" });
    expect(bodies()).toEqual(["1"]);
    queue.send({ body: "2" });
    expect(bodies()).toEqual(["2"]);
    pass(1000);
    expect(bodies()).toEqual(["1", "2"]);
  });
});

describe("a queue's listener", () => {
  it("hears of a message, of a group that is free again, and of the end of a visibility timeout", () => {
    const { send, queue, pass } = makeQueue(fifo({ visibilityTimeoutMs: 1000 }));
    let calls = 0;
    const stop = queue.onAvailable(() => {
      calls += 1;
    });
    send("a", "1");
    expect(calls).toBe(1);
    const [held] = queue.receive();
    send("a", "2");
    expect(calls).toBe(1);
    queue.delete(held?.receiptHandle ?? "");
    expect(calls).toBe(2);
    queue.receive();
    queue.wake();
    expect(calls).toBe(2);
    pass(1000);
    queue.wake();
    expect(calls).toBe(3);
    stop();
    send("b", "1");
    expect(calls).toBe(3);
    queue.close();
  });

  it("is called by itself when a visibility timeout is over", async () => {
    const queue = new Queue(fifo({ visibilityTimeoutMs: 20 }), { now: Date.now, onDeadLetter: () => {} });
    queue.send({ body: "x", groupId: "a", deduplicationId: "d" });
    queue.receive();
    await new Promise<void>((resolve) => queue.onAvailable(resolve));
    expect(queue.receive()).toHaveLength(1);
    queue.close();
  });
});

describe("what a queue refuses", () => {
  const valid = { body: "x", groupId: "a", deduplicationId: "d" };

  it.each([
    ["an empty body", { ...valid, body: "" }, "MissingParameter", "MessageBody"],
    ["a control character", { ...valid, body: "a\u0000b" }, "InvalidMessageContents", "Invalid characters"],
    ["half a surrogate pair", { ...valid, body: "a\ud800b" }, "InvalidMessageContents", "Invalid characters"],
    ["no group", { body: "x", deduplicationId: "d" }, "MissingParameter", "MessageGroupId"],
    ["a group with a space", { ...valid, groupId: "a b" }, "InvalidParameterValue", "MessageGroupId"],
    ["a group of 129", { ...valid, groupId: "a".repeat(129) }, "InvalidParameterValue", "1 to 128 in length"],
    [
      "a deduplication id that is no ASCII",
      { ...valid, deduplicationId: "é" },
      "InvalidParameterValue",
      "MessageDeduplicationId",
    ],
    [
      "no deduplication id",
      { body: "x", groupId: "a" },
      "InvalidParameterValue",
      "ContentBasedDeduplication",
    ],
  ])("%s", (_what, message, name, text) => {
    const { queue } = makeQueue(fifo());
    expect(() => queue.send(message)).toThrow(expect.objectContaining({ name, status: 400 }));
    expect(() => queue.send(message)).toThrow(text);
    expect(queue.size).toBe(0);
  });

  it("more bytes than its maximum, in body and attributes", () => {
    const { queue } = makeQueue(standard({ maximumMessageBytes: 10 }));
    queue.send({ body: "ééééé" });
    expect(() => queue.send({ body: "ééééé1" })).toThrow("shorter than 10 bytes");
    const attribute = {
      dataType: "String",
      stringValue: "v",
      stringListValues: [],
      binaryListValues: [],
    } as const;
    expect(() => queue.send({ body: "1234", attributes: { a: attribute } })).toThrow("shorter than 10 bytes");
  });

  it("a deduplication id in a standard queue", () => {
    const { queue } = makeQueue(standard());
    expect(() => queue.send({ body: "x", deduplicationId: "d" })).toThrow("not valid for this queue type");
  });

  it("nothing that Socket.IO's clients need: ids with = and ~, tabs and line ends, emoji", () => {
    const { queue } = makeQueue(fifo());
    queue.send({
      body: "a\t\r\n👋\u{10ffff}",
      groupId: "R0oXAdfD0kwCH6w=~",
      deduplicationId: "R0oX-_fD0kwCH6w=",
    });
    expect(queue.size).toBe(1);
  });
});
