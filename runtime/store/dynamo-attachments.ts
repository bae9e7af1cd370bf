/**
 * Parts of binary packets that are still incomplete, in the table `Rooms`.
 *
 * | partition | sort key | item |
 * |---|---|---|
 * | `{"attachments":"connectionId"}` | `waiting` | for each part that waits: its order, and what it announces |
 * | `{"attachment":["connectionId","order"]}` | the order | the part |
 *
 * Each part has a partition of its own, for one takes 1,000 writes of 1 KB a second, and a client may send 30
 * KB a message. Nobody deletes a part: that would cost as much as writing it, and TTL does it for nothing.
 */

import { ROOMS } from "../contract.js";
import { conditionMet } from "./condition.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { PARTS_KEPT_SECONDS } from "./expiry.js";
import { decodeParts, encodeParts } from "./parts.js";
import { expiry, rowKey, shortLivedRow } from "./query.js";
import { readItem } from "./read-item.js";
import { attachmentKey, attachmentsKey } from "./room-key.js";
import type { AttachmentStore } from "./store.js";

export function dynamoAttachments(client: DynamoClient, table: string): AttachmentStore {
  const waitingKey = (connectionId: string) => rowKey(attachmentsKey(connectionId), "waiting");

  return {
    async note(connectionId, order, announces) {
      const { Attributes = {} } = await client.call("UpdateItem", {
        TableName: table,
        Key: waitingKey(connectionId),
        UpdateExpression: "SET #order = :announces, #expiresAt = :expiresAt",
        ExpressionAttributeNames: { "#order": order, "#expiresAt": ROOMS.expiresAt },
        ExpressionAttributeValues: {
          ":announces": { N: String(announces) },
          ":expiresAt": expiry(PARTS_KEPT_SECONDS)[ROOMS.expiresAt] ?? { NULL: true },
        },
        ReturnValues: "ALL_NEW",
      });
      return waitingIn(Attributes);
    },

    async keep(connectionId, order, part) {
      const key = attachmentKey(connectionId, order);
      const Item = { ...shortLivedRow(key, order, PARTS_KEPT_SECONDS), parts: encodeParts([part]) };
      await client.call("PutItem", { TableName: table, Item });
    },

    async read(connectionId, order) {
      const Key = rowKey(attachmentKey(connectionId, order), order);
      const item = await readItem(client, table, Key);
      return decodeParts(item?.parts)[0];
    },

    async forget(connectionId, orders) {
      const names = Object.fromEntries(orders.map((order, index) => [`#n${index}`, order]));
      return conditionMet(
        client.call("UpdateItem", {
          TableName: table,
          Key: waitingKey(connectionId),
          UpdateExpression: `REMOVE ${Object.keys(names).join(", ")}`,
          ConditionExpression: "attribute_exists(#n0)",
          ExpressionAttributeNames: names,
        }),
      );
    },
  };
}

/** In the order of the gateway. An order begins with a digit, unlike the row's other attributes. */
function waitingIn(row: Row) {
  return Object.keys(row)
    .filter((name) => /^\d/.test(name))
    .sort()
    .map((order) => ({ order, announces: Number(row[order]?.N) }));
}
