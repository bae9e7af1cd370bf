/**
 * The parts of a binary packet that is still incomplete, in the table `Rooms`: partition `{"attachments":"connectionId"}`,
 * sort key the order in which the gateway took them.
 */
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ROOMS } from "../contract.js";
import { decodeParts, encodeParts } from "./parts.js";
import { allRows, rowKey, shortLivedRow } from "./query.js";
import { attachmentKey } from "./room-key.js";
import type { AttachmentStore } from "./store.js";

/** Parts of one packet arrive within moments; what is left over belongs to a client that is gone. */
const KEPT_SECONDS = 300;

export function dynamoAttachments(client: DynamoDBClient, table: string): AttachmentStore {
  return {
    async put(connectionId, order, part) {
      const Item = {
        ...shortLivedRow(attachmentKey(connectionId), order, KEPT_SECONDS),
        parts: encodeParts([part]),
      };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async list(connectionId) {
      const rows = await allRows(client, table, attachmentKey(connectionId));
      return rows.flatMap((row) => {
        const [part] = decodeParts(row.parts);
        return part === undefined ? [] : [{ order: row[ROOMS.sortKey]?.S ?? "", part }];
      });
    },

    async take(connectionId, order) {
      const Key = rowKey(attachmentKey(connectionId), order);
      const { Attributes } = await client.send(
        new DeleteItemCommand({ TableName: table, Key, ReturnValues: "ALL_OLD" }),
      );
      return Attributes !== undefined;
    },
  };
}
