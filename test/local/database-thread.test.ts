/** The databases of a process run in one thread, and know nothing of each other. */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { startTables, type Tables } from "../../local/tables/tables.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";

const TABLE = {
  TableName: "Things",
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
} as const;
const IDENTITY = { credentials: { accessKeyId: "local", secretAccessKey: "local" }, region: "eu-west-1" };

const open: Tables[] = [];
afterEach(async () => {
  for (const tables of open.splice(0)) await tables.close();
});

/** With an item "a". */
async function started() {
  const tables = await startTables((message) => console.error(message));
  open.push(tables);
  await tables.create([TABLE]);
  const client = createDynamoClient({ endpoint: tables.endpoint, identity: IDENTITY });
  const isStored = async (id: string) => {
    const Key = { id: { S: id } };
    return "Item" in (await client.call("GetItem", { TableName: "Things", Key }));
  };
  const put = (id: string) => client.call("PutItem", { TableName: "Things", Item: { id: { S: id } } });
  return { tables, put, isStored };
}

describe("two databases of a process", () => {
  it("hold nothing of each other, under the same names", async () => {
    const [one, other] = [await started(), await started()];
    await one.put("a");
    expect([await one.isStored("a"), await other.isStored("a")]).toEqual([true, false]);
  });

  it("are judged each by its own owner", async () => {
    const [one, other] = [await started(), await started()];
    const judged: string[] = [];
    for (const [name, { tables }] of Object.entries({ one, other })) {
      tables.intercept(({ operation }) => {
        judged.push(`${name} ${operation}`);
        return {};
      });
    }
    await one.put("a");
    other.tables.intercept(undefined);
    await other.put("a");
    expect(judged).toEqual(["one PutItem"]);
  });

  it("end one by one", async () => {
    const [one, other] = [await started(), await started()];
    await one.tables.close();
    await other.put("a");
    expect(await other.isStored("a")).toBe(true);
    await expect(fetch(one.tables.endpoint)).rejects.toThrow("fetch failed");
  });
});

describe("the thread", () => {
  it("serves all databases, ends soon after the last, and starts again", async () => {
    // With a thread that no other file of this process has started.
    const module = "../../local/tables/database-thread.js?own";
    const { openDatabase }: typeof import("../../local/tables/database-thread.js") = await import(module);
    const started: Worker[] = [];
    const note = (worker: Worker) => started.push(worker);
    process.on("worker", note);
    onTestFinished(() => void process.off("worker", note));
    const databases = [await openDatabase(), await openDatabase()];
    expect(started).toHaveLength(1);
    const ended = once(started[0] as Worker, "exit");
    for (const { close } of databases) await close();
    await ended;
    const next = await openDatabase();
    expect(started).toHaveLength(2);
    await next.close();
    await next.close();
  });
});
