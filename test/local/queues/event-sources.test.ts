import { expect, it, onTestFinished } from "vitest";
import { EventSources } from "../../../local/queues/event-sources.js";
import { Sqs } from "../../../local/queues/sqs.js";
import type { SqsEvent } from "../../../local/queues/sqs-event.js";
import type { EventSourceModel } from "../../../local/template/resource-type.js";
import { Log } from "../../gateway/harness.js";
import { fifo } from "./models.js";

const SOURCE: EventSourceModel = {
  functionName: "old",
  queueArn: fifo().arn,
  batchSize: 10,
  reportsItemFailures: false,
  maximumConcurrency: undefined,
};

it("a new deployment finishes the batches of the old one, and takes what stands behind them", async () => {
  const sqs = new Sqs({ onDeadLetter: () => {} });
  sqs.create([fifo()]);
  const invoked = new Log<{ name: string; bodies: string[]; end: () => void }>();
  const sources = new EventSources({
    sqs,
    invoke: (name, event) =>
      new Promise<void>((end) => {
        invoked.add({ name, bodies: (event as SqsEvent).Records.map(({ body }) => body), end });
      }),
    onBatchFailed: () => {},
  });
  onTestFinished(() => {
    sources.close();
    sqs.close();
  });
  const send = (body: string) => sqs.queue(fifo().arn).send({ body, groupId: "a", deduplicationId: body });
  sources.deploy([SOURCE]);
  send("1");
  const first = await invoked.at(0);
  send("2");
  sources.deploy([{ ...SOURCE, functionName: "new" }]);
  first.end();
  expect(await invoked.at(1)).toMatchObject({ name: "new", bodies: ["2"] });
  expect(first).toMatchObject({ name: "old", bodies: ["1"] });
});
