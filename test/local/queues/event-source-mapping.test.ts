import { describe, expect, it, onTestFinished } from "vitest";
import { ThrottledError } from "../../../local/errors.js";
import {
  type BatchFailure,
  EventSourceMapping,
  type EventSourceMappingOptions,
} from "../../../local/queues/event-source-mapping.js";
import { Queue } from "../../../local/queues/queue.js";
import type { SqsEvent } from "../../../local/queues/sqs-event.js";
import type { EventSourceModel, QueueModel } from "../../../local/template/resource-type.js";
import { Log } from "../../gateway/harness.js";
import { fifo, standard } from "./models.js";

type Handler = (event: SqsEvent) => unknown;

interface Setup extends Partial<Pick<EventSourceMappingOptions, "redeliverySpeed">> {
  readonly queue?: QueueModel;
  readonly model?: Partial<EventSourceModel>;
}

/** A queue and a mapping of it to `handler`, on a clock that stands still until the test moves it. */
function start(handler: Handler, { queue: queueModel = fifo(), model = {}, ...options }: Setup = {}) {
  let nowMs = 1_700_000_000_000;
  const now = () => nowMs;
  const queue = new Queue(queueModel, { now, onDeadLetter: () => {} });
  const invoked = new Log<{ event: SqsEvent; bodies: string[] }>();
  const failures = new Log<BatchFailure>();
  const mapping = new EventSourceMapping(
    {
      functionName: "consumer",
      queueArn: queueModel.arn,
      batchSize: 10,
      reportsItemFailures: true,
      maximumConcurrency: undefined,
      ...model,
    },
    {
      queue,
      now,
      ...options,
      async invoke(_functionName, event) {
        const { Records } = event as SqsEvent;
        invoked.add({ event: event as SqsEvent, bodies: Records.map(({ body }) => body) });
        return handler(event as SqsEvent);
      },
      onBatchFailed: (failure) => failures.add(failure),
    },
  );
  onTestFinished(() => {
    mapping.stop();
    queue.close();
  });
  let number = 0;
  return {
    queue,
    mapping,
    invoked,
    failures,
    send: (group: string, body: string) =>
      queue.send({ body, groupId: group, deduplicationId: `d${number++}` }),
    pass(ms: number) {
      nowMs += ms;
      queue.wake();
    },
    batches: () => invoked.all.map(({ bodies }) => bodies),
  };
}

/** Invocations that a test ends when it likes, in any order. */
function held() {
  const running = new Log<{
    event: SqsEvent;
    end: (answer?: unknown) => void;
    fail: (error: Error) => void;
  }>();
  const handler: Handler = (event) =>
    new Promise((resolve, reject) => running.add({ event, end: resolve, fail: reject }));
  return { running, handler };
}

const failing = (...bodies: string[]): Handler => {
  return ({ Records }) => ({
    batchItemFailures: Records.filter(({ body }) => bodies.includes(body)).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  });
};

/** Resolves when the queue has been polled again. */
const turns = async (count = 5) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("an event source mapping", () => {
  it("invokes the function with the event that Lambda makes of a FIFO queue's messages, and deletes them", async () => {
    const { queue, invoked, send } = start(() => undefined);
    const { messageId, sequenceNumber } = send("a=", "hello");
    const { event } = await invoked.at(0);
    expect(event).toEqual({
      Records: [
        {
          messageId,
          receiptHandle: expect.any(String),
          body: "hello",
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: "1700000000000",
            SequenceNumber: sequenceNumber,
            MessageGroupId: "a=",
            SenderId: expect.any(String),
            MessageDeduplicationId: "d0",
            ApproximateFirstReceiveTimestamp: "1700000000000",
          },
          messageAttributes: {},
          md5OfBody: "5d41402abc4b2a76b9719d911017c592",
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:Events.fifo",
          awsRegion: "eu-west-1",
        },
      ],
    });
    await turns();
    expect(queue.size).toBe(0);
  });

  it("leaves out of a standard queue's event what only FIFO queues have", async () => {
    const { queue, invoked } = start(() => undefined, { queue: standard() });
    queue.send({ body: "x" });
    const { event } = await invoked.at(0);
    expect(Object.keys(event.Records[0]?.attributes ?? {})).toEqual([
      "ApproximateReceiveCount",
      "SentTimestamp",
      "SenderId",
      "ApproximateFirstReceiveTimestamp",
    ]);
  });

  it("puts messages that come together into one batch, of several groups too, up to its size", async () => {
    const { send, invoked, batches } = start(() => undefined, { model: { batchSize: 3 } });
    for (const [group, body] of [
      ["a", "a1"],
      ["b", "b1"],
      ["a", "a2"],
      ["c", "c1"],
    ] as const)
      send(group, body);
    await invoked.at(1);
    expect(batches()).toEqual([["a1", "a2", "b1"], ["c1"]]);
  });

  it("runs different groups at once, and the next batch of a group when the one before has ended", async () => {
    const { running, handler } = held();
    const { send, invoked, batches } = start(handler, { model: { batchSize: 1 } });
    for (const [group, body] of [
      ["a", "a1"],
      ["a", "a2"],
      ["b", "b1"],
    ] as const)
      send(group, body);
    await invoked.at(1);
    await turns();
    expect(batches()).toEqual([["a1"], ["b1"]]);
    (await running.at(0)).end();
    expect((await invoked.at(2)).bodies).toEqual(["a2"]);
  });

  it("runs no more at once than its maximum concurrency", async () => {
    const { running, handler } = held();
    const { send, invoked, batches } = start(handler, { model: { batchSize: 1, maximumConcurrency: 2 } });
    for (const group of ["a", "b", "c"]) send(group, group);
    await invoked.at(1);
    await turns();
    expect(batches()).toHaveLength(2);
    (await running.at(1)).end();
    expect((await invoked.at(2)).bodies).toEqual(["c"]);
  });

  it("leaves the messages that the function reports, and deletes the others", async () => {
    const { queue, send, failures } = start(failing("2", "3"), { model: { batchSize: 3 } });
    for (const body of ["1", "2", "3"]) send("a", body);
    expect(await failures.at(0)).toEqual({
      functionName: "consumer",
      queueName: "Events.fifo",
      failed: 2,
      batchSize: 3,
      againInMs: 30_000,
      error: undefined,
    });
    expect(queue.size).toBe(2);
  });

  it("keeps the order of a group through a failure: nothing overtakes what comes again", async () => {
    let isFailing = true;
    const { send, invoked, failures, batches, pass } = start((event) =>
      isFailing ? failing("2", "3")(event) : undefined,
    );
    for (const body of ["1", "2", "3"]) send("a", body);
    await failures.at(0);
    send("a", "4");
    send("b", "other");
    await invoked.at(1);
    await turns();
    isFailing = false;
    pass(30_000);
    await invoked.at(2);
    expect(batches()).toEqual([["1", "2", "3"], ["other"], ["2", "3", "4"]]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an empty list", { batchItemFailures: [] }],
    ["null for a list", { batchItemFailures: null }],
  ])("takes %s for a success", async (_what, answer) => {
    const { queue, send, invoked } = start(() => answer);
    send("a", "1");
    await invoked.at(0);
    await turns();
    expect(queue.size).toBe(0);
  });

  it.each([
    ["a text", "done"],
    ["a list that is none", { batchItemFailures: "1" }],
    ["an id that is not in the batch", { batchItemFailures: [{ itemIdentifier: "x" }] }],
    ["an empty id", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["another key", { batchItemFailures: [{ messageId: "x" }] }],
  ])("takes %s for a failure of the whole batch", async (_what, answer) => {
    const { queue, send, failures } = start(() => answer);
    for (const body of ["1", "2"]) send("a", body);
    expect(await failures.at(0)).toMatchObject({ failed: 2, error: { name: "BatchResponseError" } });
    expect(queue.size).toBe(2);
  });

  it("deletes everything, whatever the answer, where it does not report item failures", async () => {
    const { queue, send, invoked } = start(() => "done", { model: { reportsItemFailures: false } });
    send("a", "1");
    await invoked.at(0);
    await turns();
    expect(queue.size).toBe(0);
  });

  it("leaves a batch to its visibility timeout when the function throws, then tries again", async () => {
    let isFailing = true;
    const { send, invoked, failures, batches, pass } = start(() => {
      if (isFailing) throw new TypeError("boom");
    });
    send("a", "1");
    expect(await failures.at(0)).toMatchObject({ failed: 1, againInMs: 30_000, error: { message: "boom" } });
    await turns();
    expect(batches()).toHaveLength(1);
    isFailing = false;
    pass(30_000);
    await invoked.at(1);
    expect((await invoked.at(1)).event.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
  });

  it("lets failed messages come again sooner where it is told to", async () => {
    let isFailing = true;
    const { send, invoked, failures, pass } = start(
      () => {
        if (isFailing) throw new Error("boom");
      },
      { redeliverySpeed: 60 },
    );
    send("a", "1");
    expect(await failures.at(0)).toMatchObject({ againInMs: 500 });
    isFailing = false;
    pass(500);
    expect((await invoked.at(1)).bodies).toEqual(["1"]);
  });

  it("tries a throttled batch again without receiving it anew, and receives nothing else meanwhile", async () => {
    let throttles = 2;
    const { send, invoked, batches, failures, queue } = start(() => {
      if (throttles-- > 0) throw new ThrottledError("consumer");
    });
    send("a", "1");
    await invoked.at(0);
    send("b", "2");
    await invoked.at(3);
    expect(batches()).toEqual([["1"], ["1"], ["1"], ["2"]]);
    expect((await invoked.at(2)).event.Records[0]?.attributes.ApproximateReceiveCount).toBe("1");
    await turns();
    expect(failures.all).toEqual([]);
    expect(queue.size).toBe(0);
  });

  it("gives a throttled batch back when its visibility timeout is nearly over", async () => {
    const { send, failures } = start(
      () => {
        throw new ThrottledError("consumer");
      },
      { queue: fifo({ visibilityTimeoutMs: 50 }) },
    );
    send("a", "1");
    expect(await failures.at(0)).toMatchObject({ failed: 1, error: expect.any(ThrottledError) });
  });

  it("takes what stood in the queue before it", async () => {
    const first = start(() => undefined);
    first.mapping.stop();
    first.send("a", "1");
    await turns();
    expect(first.batches()).toEqual([]);
    const invoked = new Log<unknown>();
    const second = new EventSourceMapping(
      { functionName: "f", queueArn: "", batchSize: 1, reportsItemFailures: false, maximumConcurrency: 1 },
      { queue: first.queue, invoke: async (_name, event) => invoked.add(event), onBatchFailed: () => {} },
    );
    onTestFinished(() => second.stop());
    await invoked.at(0);
  });

  it("finishes its running batches when it is stopped, and receives no more", async () => {
    const { running, handler } = held();
    const { send, mapping, invoked, batches, queue } = start(handler);
    send("a", "1");
    await invoked.at(0);
    send("a", "2");
    mapping.stop();
    (await running.at(0)).end();
    await turns();
    expect(batches()).toEqual([["1"]]);
    expect(queue.size).toBe(1);
  });
});
