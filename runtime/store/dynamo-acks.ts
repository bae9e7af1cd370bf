/**
 * Answers of clients to the server's emits, in the table `Rooms`: partition `["nsp",{"ack":id}]`, sort key
 * `sid`.
 *
 * Any client can put a row there, under its own `sid` and any number. So the answer of one socket is read by
 * its key, which nobody else can write; and of many, no more rows than were asked. Where there are more, some
 * are strangers' rows, which may be large and many: then each answer is read by its key, too. So a
 * stranger adds nothing to what the question costs: a read for each socket that was asked.
 */

import { sideBySide } from "../async/side-by-side.js";
import { ROOMS } from "../contract.js";
import { AnswerTooLargeError } from "../errors.js";
import { conditionMet } from "./condition.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { isExpired } from "./expiry.js";
import { decodeParts, encodeParts } from "./parts.js";
import { allRows, rowKey, shortLivedRow } from "./query.js";
import { readItem } from "./read-item.js";
import { ackKey } from "./room-key.js";
import type { AckAnswer, AckStore } from "./store.js";

/** The event that waits lives 29 s at most. */
const KEPT_SECONDS = 60;

/**
 * An item has 400 KB at most (DynamoDB service quotas), its key included: 2 KB, and the namespace of the
 * packet again.
 */
const MAX_ANSWER_BYTES = 390_000;

const READS_AT_ONCE = 32;

export function dynamoAcks(client: DynamoClient, table: string): AckStore {
  async function byKey(key: string, sids: Iterable<string>): Promise<readonly Row[]> {
    const rows: Row[] = [];
    await sideBySide([...sids], READS_AT_ONCE, async (sid) => {
      const Key = rowKey(key, sid);
      const item = await readItem(client, table, Key);
      if (item && !isExpired(Number(item[ROOMS.expiresAt]?.N))) rows.push(item);
    });
    return rows;
  }

  return {
    async put(namespace, id, { sid, parts }) {
      const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
      if (bytes > MAX_ANSWER_BYTES) throw new AnswerTooLargeError(bytes);
      const Item = { ...shortLivedRow(ackKey(namespace, id), sid, KEPT_SECONDS), parts: encodeParts(parts) };
      // The first answer counts, as upstream.
      const condition = {
        ConditionExpression: "attribute_not_exists(#key)",
        ExpressionAttributeNames: { "#key": ROOMS.partitionKey },
      };
      await conditionMet(client.call("PutItem", { TableName: table, Item, ...condition }));
    },

    async find(namespace, id, missing, asked) {
      const key = ackKey(namespace, id);
      if (missing.size <= 1) return (await byKey(key, missing)).map(toAnswer);
      const answers = (await allRows(client, table, key, undefined, asked + 1)).map(toAnswer);
      return answers.length > asked ? (await byKey(key, missing)).map(toAnswer) : answers;
    },
  };
}

function toAnswer(row: Row): AckAnswer {
  return { sid: row[ROOMS.sortKey]?.S ?? "", parts: decodeParts(row.parts) };
}
