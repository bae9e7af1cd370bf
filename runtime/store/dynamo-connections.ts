/**
 * The table `Connections`: one item a connection, key `connectionId`.
 *
 * | attribute | what | how it is written |
 * |---|---|---|
 * | `endpoint`, `protocol`, `handshake`, `connectedAt`, `expiresAt` | set at `$connect` | once |
 * | `session NSP` | sid, pid, auth and so on of the socket in that namespace | once, at CONNECT |
 * | `spent NSP` | set of listeners used up | `ADD` |
 * | `rooms NSP` | set of room names | `ADD` and `DELETE`: concurrent events lose nothing |
 * | `data NSP`, `properties NSP` | map of values | key by key: the last writer of a key wins |
 * | `shared OBJECT.KEY` | a value on the request, the connection or the client | each for itself |
 * | `greetedBy`, `greetedAt`, `endedBy NSP` | who did what is done once | once |
 * | `claimedBy`, `claimedAt` | who runs the `disconnect` handlers, since when | at the end |
 * | `isTold` | they have run | at the end, where rows of rooms may still come |
 * | `leased` | it gets packets of several frames (`dynamo-leases.ts`) | once |
 * | `waiting` | set of notes of events that wait for long | `ADD` and `DELETE` |
 * | `stray SID NSP` | list of rooms: rows that may stand in the table beside those of the sessions | once |
 *
 * The client repeats a call that failed or was not answered, though it may have been done: what is done once
 * bears the mark of its caller, so that a repetition finds its own write and not somebody else's.
 *
 * An item may have 400 KB, and what clients can make grow is bounded (`client-limits.ts`). If it is full all
 * the same, the claim makes its own room (`dynamo-claims.ts`).
 *
 * The sessions lie flat in the item, for `ADD` works on top-level attributes only
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
 */

import { randomUUID } from "node:crypto";
import { LimitError } from "../errors.js";
import { batchGet } from "./batch-get.js";
import { conditionMet } from "./condition.js";
import { changeOfLiving, changeOfSession, editsOf } from "./connection-changes.js";
import {
  attributeNames,
  fromItem,
  keyOf,
  listOf,
  sessionAttributes,
  strayName,
  toItem,
  UPGRADES,
  WAITING,
} from "./connection-item.js";
import type { DynamoClient } from "./dynamo-calls.js";
import { dynamoClaims } from "./dynamo-claims.js";
import { readItem } from "./read-item.js";
import type { ConnectionStore, Saved } from "./store.js";
import type { UpdateExpression } from "./update-expression.js";
import { type StoredValue, valueAttributes } from "./value.js";

const NONE: ReadonlySet<string> = new Set();
const NO_VALUES: ReadonlyMap<string, StoredValue> = new Map();

export function dynamoConnections(client: DynamoClient, table: string): ConnectionStore {
  const get = (connectionId: string) => readItem(client, table, keyOf(connectionId));

  const write = (connectionId: string, update: UpdateExpression) =>
    update.write(client, table, keyOf(connectionId));

  /** As `write`, and tells whether the connection is marked. */
  const writeAndLook = async (connectionId: string, update: UpdateExpression): Promise<Saved> => {
    const written = client.call("UpdateItem", update.toInput(table, keyOf(connectionId), "ALL_NEW"));
    if (!(await conditionMet(written))) return false;
    return (await written).Attributes?.leased ? "leased" : true;
  };

  /** A session that refused a join lives: then it has too many rooms. */
  async function checkRooms(
    connectionId: string,
    names: ReturnType<typeof attributeNames>,
    sid: string,
    maxRooms: number,
  ): Promise<void> {
    const item = await get(connectionId);
    const lives = item && !item.claimedBy && item[names.session]?.M?.sid?.S === sid;
    if (lives && (item[names.rooms]?.SS?.length ?? 0) > maxRooms) {
      throw new LimitError("rooms", `The socket ${sid} has ${maxRooms} rooms`);
    }
  }

  async function saveShared(connectionId: string, shared: ReadonlyMap<string, StoredValue | undefined>) {
    for (const edits of editsOf(attributeNames("/"), { shared })) {
      const update = changeOfLiving();
      for (const { path, value } of edits) update.setOrRemoveAt(path, value);
      if (!(await write(connectionId, update))) return false;
    }
    return true;
  }

  return {
    ...dynamoClaims(client, table),

    async create(connection) {
      await client.call("PutItem", { TableName: table, Item: toItem(connection) });
    },

    async load(connectionId) {
      const item = await get(connectionId);
      return item && !item.claimedBy ? fromItem(item) : undefined;
    },

    async loadAll(connectionIds) {
      const items = await batchGet(client, table, [...new Set(connectionIds)].map(keyOf));
      return items.filter(({ claimedBy }) => !claimedBy).map(fromItem);
    },

    async save(
      connectionId,
      {
        namespace,
        sid,
        created,
        join = NONE,
        leave = NONE,
        spent = NONE,
        maxRooms,
        forget = [],
        note,
        ...values
      },
    ) {
      const names = attributeNames(namespace);
      const update = created ? changeOfLiving() : changeOfSession(names, sid);
      const withoutSession = async () => {
        if (!created && values.shared && values.shared.size > 0)
          await saveShared(connectionId, values.shared);
        return false as const;
      };
      const [edits = [], ...moreEdits] = editsOf(
        names,
        created ? { ...values, data: NO_VALUES, properties: NO_VALUES } : values,
      );
      if (created) {
        update.requireMissing(names.session).orDoneBefore([names.session, "sid"], { S: sid });
        update.set([names.session], { M: sessionAttributes(created) });
        update.set([names.data], { M: valueAttributes(created.data) });
        update.set([names.properties], { M: valueAttributes(created.properties) });
        update.remove(strayName(namespace, sid)); // a recovery has noted its rows before it wrote them
        update.remove(...forget.map((left) => attributeNames(left).endedBy));
      } else {
        if (join.size > 0 && maxRooms !== undefined) update.requireAtMost(names.rooms, maxRooms);
        if (note?.isReady) update.setOrRemoveAt([names.session, "busySince"], undefined);
        if (note?.listensLate) update.set([names.session, "listensLate"], { BOOL: true });
      }
      for (const { path, value } of edits) update.setOrRemoveAt(path, value);
      update.addToSet(names.rooms, join).addToSet(names.spent, created?.spent ?? spent);

      // One expression may not add to and delete from the same set, so a change of both kinds is two updates.
      const needsSecond = join.size > 0 && leave.size > 0;
      if (!needsSecond) update.deleteFromSet(names.rooms, leave);
      const saved = await (created || join.size > 0 ? writeAndLook : write)(connectionId, update);
      if (!saved) {
        if (maxRooms !== undefined && join.size > 0 && !created)
          await checkRooms(connectionId, names, sid, maxRooms);
        return withoutSession();
      }
      const more = moreEdits.map((some) => {
        const next = changeOfSession(names, sid);
        for (const { path, value } of some) next.setOrRemoveAt(path, value);
        return next;
      });
      if (needsSecond) more.push(changeOfSession(names, sid).deleteFromSet(names.rooms, leave));
      for (const next of more) {
        if (!(await write(connectionId, next))) return withoutSession();
      }
      return saved;
    },

    saveShared,

    async noteStray(connectionId, { namespace, sid, rooms }) {
      const update = changeOfLiving().set([strayName(namespace, sid)], listOf(rooms));
      return writeAndLook(connectionId, update);
    },

    async dropStray(connectionId, namespace, sid) {
      const update = changeOfLiving().remove(strayName(namespace, sid));
      await write(connectionId, update);
    },

    async spend(connectionId, namespace, sid, listener) {
      const names = attributeNames(namespace);
      const update = changeOfSession(names, sid)
        .requireLacks(names.spent, listener)
        .addToSet(names.spent, new Set([listener]));
      return write(connectionId, update);
    },

    async noteWaiting(connectionId, note) {
      const update = changeOfLiving().addToSet(WAITING, new Set([note]));
      const noted = client.call("UpdateItem", update.toInput(table, keyOf(connectionId), "UPDATED_NEW"));
      if (!(await conditionMet(noted))) return undefined;
      return new Set((await noted).Attributes?.[WAITING]?.SS);
    },

    async upgraded(connectionId) {
      const update = changeOfLiving().remove(UPGRADES);
      const written = client.call("UpdateItem", update.toInput(table, keyOf(connectionId), "ALL_NEW"));
      return (await conditionMet(written)) ? fromItem((await written).Attributes ?? {}) : undefined;
    },

    async dropWaiting(connectionId, notes) {
      const update = changeOfLiving().deleteFromSet(WAITING, new Set(notes));
      await write(connectionId, update);
    },

    async shareRoom(connectionId, namespace, sid) {
      const names = attributeNames(namespace);
      const update = changeOfSession(names, sid).set([names.session, "isShared"], { BOOL: true });
      await write(connectionId, update);
    },

    async removeSession(connectionId, namespace, sid, rooms) {
      const names = attributeNames(namespace);
      const own = { S: `${Date.now()} ${randomUUID()}` };
      const update = changeOfSession(names, sid)
        .orDoneBefore([names.endedBy], own)
        .set([names.endedBy], own)
        .remove(names.session, names.rooms, names.data, names.properties, names.spent);
      if (rooms) update.set([strayName(namespace, sid)], listOf(rooms));
      return write(connectionId, update);
    },
  };
}
