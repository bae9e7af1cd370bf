/**
 * The app's tasks, in the table `Rooms`. Of a repeated one a single row: partition `{"every":name}`, with the
 * time of its last run in `at`. Of a delayed one a row for each run that is to come: partition
 * `{"after":name}`, sort key its time and a random id.
 */

import { randomUUID } from "node:crypto";
import { ROOMS } from "../contract.js";
import { fromBase64, toBase64 } from "../protocol/base64.js";
import { conditionMet } from "./condition.js";
import type { AttributeValue, DynamoClient } from "./dynamo-calls.js";
import { rowKey, shortLivedRow } from "./query.js";
import { readItem } from "./read-item.js";
import { delayedTaskKey, repeatedTaskKey } from "./room-key.js";
import type { TaskStore } from "./task-store.js";
import type { StoredValue } from "./value.js";

const LAST_RUN = "last";

/** A run that nobody has taken for so long may be dropped. */
const OVERDUE_SECONDS = 7 * 24 * 3600;

/** Read at once; with arguments of 32 KB, a page of a query has no more either. */
const DUE_AT_ONCE = 30;

/** Of the time in a sort key: until the year 33,658. */
const DIGITS = 15;

export function dynamoTasks(client: DynamoClient, table: string): TaskStore {
  return {
    async lastRun(name) {
      const row = await readItem(client, table, rowKey(repeatedTaskKey(name), LAST_RUN));
      return row?.at?.N === undefined ? undefined : Number(row.at.N);
    },

    async claimRun(name, last, now, keptMs) {
      const isLast = last === undefined ? "attribute_not_exists(#at)" : "#at = :last";
      const claim = {
        TableName: table,
        Key: rowKey(repeatedTaskKey(name), LAST_RUN),
        UpdateExpression: "SET #at = :now, #by = :mark, #expiresAt = :expiresAt",
        // Our own mark: the client repeats a call whose answer was lost.
        ConditionExpression: `${isLast} OR #by = :mark`,
        ExpressionAttributeNames: { "#at": "at", "#by": "by", "#expiresAt": ROOMS.expiresAt },
        ExpressionAttributeValues: {
          ":now": { N: String(now) },
          ":mark": { S: randomUUID() },
          ":expiresAt": { N: String(Math.ceil((Date.now() + keptMs) / 1000)) },
          ...(last !== undefined && { ":last": { N: String(last) } }),
        },
      };
      return conditionMet(client.call("UpdateItem", claim));
    },

    async schedule(name, due, args) {
      const waitSeconds = Math.max(0, (due - Date.now()) / 1000);
      const id = `${timeOf(due)} ${randomUUID()}`;
      const row = shortLivedRow(delayedTaskKey(name), id, Math.ceil(waitSeconds) + OVERDUE_SECONDS);
      await client.call("PutItem", { TableName: table, Item: { ...row, args: toAttribute(args) } });
    },

    async dueRuns(name, now) {
      const { Items = [] } = await client.call("Query", {
        TableName: table,
        KeyConditionExpression: "#key = :key AND #id < :later",
        ExpressionAttributeNames: { "#key": ROOMS.partitionKey, "#id": ROOMS.sortKey },
        ExpressionAttributeValues: {
          ":key": { S: delayedTaskKey(name) },
          ":later": { S: timeOf(now + 1) },
        },
        ConsistentRead: true,
        Limit: DUE_AT_ONCE,
      });
      return Items.map((row) => ({
        id: row[ROOMS.sortKey]?.S ?? "",
        args: fromAttribute(row.args),
        takenAt: row.takenAt?.N === undefined ? undefined : Number(row.takenAt.N),
      }));
    },

    async takeRun(name, id) {
      const take = {
        TableName: table,
        Key: rowKey(delayedTaskKey(name), id),
        UpdateExpression: "SET #by = :mark, #takenAt = :now",
        ConditionExpression: "attribute_exists(#key) AND (attribute_not_exists(#by) OR #by = :mark)",
        ExpressionAttributeNames: { "#key": ROOMS.partitionKey, "#by": "by", "#takenAt": "takenAt" },
        ExpressionAttributeValues: { ":mark": { S: randomUUID() }, ":now": { N: String(Date.now()) } },
      };
      return conditionMet(client.call("UpdateItem", take));
    },

    async endRun(name, id) {
      const Key = rowKey(delayedTaskKey(name), id);
      await client.call("DeleteItem", { TableName: table, Key });
    },
  };
}

function timeOf(ms: number): string {
  return String(Math.floor(ms)).padStart(DIGITS, "0");
}

function toAttribute(value: StoredValue): AttributeValue {
  return typeof value === "string" ? { S: value } : { B: toBase64(value) };
}

function fromAttribute(attribute: AttributeValue | undefined): StoredValue {
  if (attribute?.B !== undefined) return fromBase64(attribute.B);
  return attribute?.S ?? "[]";
}
