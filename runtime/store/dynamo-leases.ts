/**
 * The table `Rooms`, partition `{"lease":"connectionId"}`, one row: who posts to a connection that gets
 * packets of several frames. `holder` and `until` are of who posts such a packet, and each that posts one of
 * a single frame has an attribute of its own, for these may overtake each other. The row is kept when nobody
 * does, as the mark of such a connection. The same mark stands in the connection's item and in the rows of
 * its rooms, where those see it that read them anyway.
 *
 * Cost: 1 write to take a lease, 1 to give it back. To mark a connection: 1 write, and 1 for each room of its
 * sockets, their own and that of all among them.
 */

import { sideBySide } from "../async/side-by-side.js";
import { ROOMS } from "../contract.js";
import { conditionMet } from "./condition.js";
import { changeOfLiving } from "./connection-changes.js";
import { fromItem, keyOf } from "./connection-item.js";
import type { DynamoClient } from "./dynamo-calls.js";
import { everyoneKey } from "./dynamo-rooms.js";
import { MAX_CONNECTION_SECONDS } from "./expiry.js";
import type { LeaseStore } from "./lease-store.js";
import { expiry, rowKey } from "./query.js";
import { readItem } from "./read-item.js";
import { leaseKey, roomKey } from "./room-key.js";
import { UpdateExpression } from "./update-expression.js";

/** Before the holder of a lease for a packet of one frame; the value is when it ends. */
const TEXT_PREFIX = "text ";

const WRITES_AT_ONCE = 25;

export function dynamoLeases(client: DynamoClient, connectionsTable: string, roomsTable: string): LeaseStore {
  const rowOf = (connectionId: string) => rowKey(leaseKey(connectionId), "lease");

  return {
    async take(connectionId, { holder, until, isSeveral }) {
      const own = { S: holder };
      const end = { N: String(until) };
      const update = new UpdateExpression()
        .requireMissingOrOwn("holder", own, { name: "until", isBelow: { N: String(Date.now()) } })
        .setAll(isSeveral ? { holder: own, until: end } : { [TEXT_PREFIX + holder]: end })
        .setAll(expiry(MAX_CONNECTION_SECONDS));
      const taken = client.call("UpdateItem", update.toInput(roomsTable, rowOf(connectionId), "ALL_OLD"));
      if (!(await conditionMet(taken))) return undefined;
      const before = (await taken).Attributes ?? {};
      const others = Object.entries(before).filter(
        ([name]) => name.startsWith(TEXT_PREFIX) && name !== TEXT_PREFIX + holder,
      );
      return {
        cut: before.holder?.S === holder ? undefined : before.holder?.S,
        isMarked: before.isMarked !== undefined,
        othersUntil: Math.max(0, ...others.map(([, { N }]) => Number(N))),
      };
    },

    async giveBack(connectionId, { holder, isSeveral }, isMarked) {
      const update = new UpdateExpression().remove(TEXT_PREFIX + holder);
      if (isSeveral) update.requireEqual(["holder"], { S: holder }).remove("holder", "until");
      else update.requireExists(ROOMS.partitionKey);
      if (isMarked) update.set(["isMarked"], { BOOL: true });
      await update.write(client, roomsTable, rowOf(connectionId));
    },

    async isLeased(connectionId) {
      return (await readItem(client, roomsTable, rowOf(connectionId))) !== undefined;
    },

    async mark(connectionId) {
      const mark = { BOOL: true };
      const update = changeOfLiving().set(["leased"], mark);
      const marked = client.call(
        "UpdateItem",
        update.toInput(connectionsTable, keyOf(connectionId), "ALL_NEW"),
      );
      if (!(await conditionMet(marked))) return true; // it has ended
      const { sessions, strays } = fromItem((await marked).Attributes ?? {});
      const sockets = [...sessions].map(([namespace, { sid, rooms }]) => ({ namespace, sid, rooms }));
      const rows = [...sockets, ...strays].flatMap(({ namespace, sid, rooms }) =>
        [everyoneKey(namespace, sid), ...[...rooms].map((room) => roomKey(namespace, room))].map((key) =>
          rowKey(key, sid),
        ),
      );
      let wereThere = true;
      await sideBySide(rows, WRITES_AT_ONCE, async (row) => {
        const own = new UpdateExpression().requireEqual(["connectionId"], { S: connectionId });
        if (!(await own.set(["leased"], mark).write(client, roomsTable, row))) wereThere = false;
      });
      return wereThere;
    },
  };
}
