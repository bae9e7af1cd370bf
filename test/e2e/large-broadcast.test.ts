/** Broadcasts larger than their sender's page, on the whole local stack: `deliver` reads the rest. */
import { fileURLToPath } from "node:url";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import type { Socket as Client } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { sideBySide } from "../../runtime/async/side-by-side.js";
import { PAGE_RECIPIENTS } from "../../runtime/delivery/deliver-range.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { dynamoRooms, toRow } from "../../runtime/store/dynamo-rooms.js";
import { roomKey } from "../../runtime/store/room-key.js";
import type { Member } from "../../runtime/store/store.js";
import { Clients } from "../support/clients.js";
import { randomSids } from "../support/member-table.js";
import { Recorder } from "../support/recorder.js";
import { sdkOf } from "../support/sdk-of.js";

const LISTENERS = 20;
/** More than the sender's page and one more range, in each of the two rooms. */
const MEMBERS = 2 * PAGE_RECIPIENTS + 500;

let local: Local;
let client: DynamoClient;
let roomsTable: string;
let speaker: Client;
let listeners: Client[];
let addresses: readonly Member[];
const recorder = new Recorder();
const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

beforeAll(async () => {
  local = await startLocal({
    app: fileURLToPath(new URL("apps/large-broadcast.ts", import.meta.url)),
    log: recorder.log,
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = createDynamoClient({
    endpoint: local.dynamodbEndpoint,
    identity: { credentials, region: "us-east-1" },
  });
  const { TableNames = [] } = await sdkOf({ endpoint: local.dynamodbEndpoint }).send(new ListTablesCommand());
  roomsTable = TableNames.find((name) => name.includes("Rooms")) ?? "";
  speaker = await clients.join();
  listeners = await Promise.all(Array.from({ length: LISTENERS }, () => clients.join()));
  for (const listener of listeners) await listener.emitWithAck("join", "listeners");
  const members: Member[] = [];
  for await (const page of dynamoRooms(client, roomsTable).members("/", "listeners")) members.push(...page);
  addresses = members;
});
afterAll(async () => {
  clients.close();
  await local?.close();
});

/** Rows of sockets that this machine need not have: each leads to the connection of one of the listeners. */
async function fill(room: string, sids: readonly string[]): Promise<void> {
  const rows = sids.map((sid, i) => {
    const address = addresses[i % LISTENERS];
    if (!address) throw new Error("There are no listeners.");
    return { PutRequest: { Item: toRow(roomKey("/", room), { ...address, sid }) } };
  });
  const batches = Array.from({ length: Math.ceil(rows.length / 25) }, (_, i) =>
    rows.slice(i * 25, (i + 1) * 25),
  );
  await sideBySide(batches, 10, async (batch) => {
    await client.call("BatchWriteItem", { RequestItems: { [roomsTable]: batch } });
  });
}

/** How many times the text was heard, when no more is to come. */
async function heard(text: string, expected: number, rooms: string[], except: string[]): Promise<number> {
  let count = 0;
  const all = new Promise<void>((resolve) => {
    for (const listener of listeners) {
      listener.on("said", (said) => {
        if (said === text && ++count === expected) resolve();
      });
    }
  });
  speaker.emit("say", rooms, except, text);
  await all;
  // Whatever comes twice is under way by now, for all functions work at the same time.
  speaker.emit("say", ["listeners"], [], `behind ${text}`);
  await Promise.all(
    listeners.map(
      (listener) =>
        new Promise<void>((resolve) => {
          listener.on("said", (said) => said === `behind ${text}` && resolve());
        }),
    ),
  );
  return count;
}

it("reaches each member once, whoever has read its row; a union and an exception too", {
  timeout: 120_000,
}, async () => {
  const sids = randomSids(MEMBERS + 1_000, 7);
  // Ids keep their listener in both rooms, so that the two rows of a socket are alike.
  await fill("large", sids.slice(0, MEMBERS));
  expect(await heard("to all", MEMBERS, ["large"], [])).toBe(MEMBERS);

  await fill("other", sids.slice(MEMBERS - 1_000));
  await fill("not these", sids.slice(500, 1_500));
  const expected = MEMBERS + 1_000 - 1_000;
  expect(await heard("to both", expected, ["large", "other"], ["not these"])).toBe(expected);

  const failed = recorder.events.filter(({ type }) => type === "async-error" || type === "dead-letter");
  expect(failed).toEqual([]);
});
