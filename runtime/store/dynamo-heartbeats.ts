/**
 * Which connections are pinged when, in the table `Rooms`: partition `{"beat":[slot,shard]}`, sort key the
 * connection's id, and one row that says when the slot was pinged last. A ping itself writes nothing; a pong
 * is one small write.
 */

import { ROOMS } from "../contract.js";
import type { ProtocolName } from "../protocol/incoming.js";
import { conditionMet } from "./condition.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { expiresAt } from "./expiry.js";
import type { HeartbeatMember, HeartbeatStore } from "./heartbeat-store.js";
import { queryRows, rowKey, shortLivedRow } from "./query.js";
import { beatKey } from "./room-key.js";
import { shardOf } from "./shard.js";

/**
 * The pongs of a slot come together, and a partition takes 1,000 writes a second: eight take 8,000, nearly
 * what an account's 10,000 posts a second can ask for.
 */
const SHARDS = 8;

/** Sorts before every connection id, whose first character is a letter, a digit, `-` or `_`. */
const PINGED = "!pinged";
const PINGED_KEPT_SECONDS = 3600;

export function dynamoHeartbeats(client: DynamoClient, table: string): HeartbeatStore {
  const keyOf = (slot: number, connectionId: string) => beatKey(slot, shardOf(connectionId, SHARDS));

  return {
    shards: SHARDS,

    async enter(slot, { connectionId, endpoint, protocol }, since) {
      const Item: Row = {
        ...rowKey(keyOf(slot, connectionId), connectionId),
        endpoint: { S: endpoint },
        protocol: { S: protocol },
        since: { N: String(since) },
        [ROOMS.expiresAt]: { N: String(expiresAt(since)) },
      };
      await client.call("PutItem", { TableName: table, Item });
    },

    async leave(slot, connectionId) {
      const Key = rowKey(keyOf(slot, connectionId), connectionId);
      await client.call("DeleteItem", { TableName: table, Key });
    },

    async pong(slot, connectionId, at) {
      const update = {
        TableName: table,
        Key: rowKey(keyOf(slot, connectionId), connectionId),
        UpdateExpression: "SET #pongAt = :at",
        ConditionExpression: "#protocol = :protocol",
        ExpressionAttributeNames: { "#pongAt": "pongAt", "#protocol": "protocol" },
        ExpressionAttributeValues: { ":at": { N: String(at) }, ":protocol": { S: "engine.io" } },
      };
      return conditionMet(client.call("UpdateItem", update));
    },

    async *members(slot, shard) {
      let pingedAt: number | undefined; // its row is the first of the first page
      for await (const rows of queryRows(client, table, beatKey(slot, shard))) {
        const [first] = rows;
        const isPinged = first?.[ROOMS.sortKey]?.S === PINGED;
        if (isPinged) pingedAt = Number(first.at?.N);
        yield { members: rows.slice(isPinged ? 1 : 0).map(toMember), pingedAt };
      }
    },

    async pinged(slot, shard, at) {
      const row = shortLivedRow(beatKey(slot, shard), PINGED, PINGED_KEPT_SECONDS);
      await client.call("PutItem", { TableName: table, Item: { ...row, at: { N: String(at) } } });
    },
  };
}

function toMember(row: Row): HeartbeatMember {
  return {
    connectionId: row[ROOMS.sortKey]?.S ?? "",
    endpoint: row.endpoint?.S ?? "",
    protocol: row.protocol?.S as ProtocolName,
    since: Number(row.since?.N),
    pongAt: row.pongAt?.N === undefined ? undefined : Number(row.pongAt.N),
  };
}
