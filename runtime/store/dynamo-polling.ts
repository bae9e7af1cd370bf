/**
 * Sessions by long-polling, in the table `Rooms`: partition `{"queue":sid}`. The row `!` is the state, and
 * each packet that waits is a row whose key is the time, the sender's counter and the sender. One query reads
 * all of it, at 1 unit for 4 KB.
 */

import { randomBytes } from "node:crypto";
import { ROOMS } from "../contract.js";
import { AwsCallError } from "../errors.js";
import { conditionMet } from "./condition.js";
import type { AttributeValue, DynamoClient, Row, WriteRequest } from "./dynamo-calls.js";
import { expiresAt, isExpired } from "./expiry.js";
import type { PollingMode, PollingState, PollingStore, QueuedPacket } from "./polling-store.js";
import { allRows, rowKey, shortLivedRow } from "./query.js";
import { readItem } from "./read-item.js";
import { cutKey, queueKey } from "./room-key.js";
import { untilDone } from "./until-done.js";
import { UpdateExpression } from "./update-expression.js";

/** Sorts before every packet's key, which begins with a digit or a letter. */
const STATE = "!";

/**
 * Before the transport is known a client posts its CONNECT packets and nothing else, for the rest waits for
 * their answers. A client that posts more is taken for one that stays with polling.
 */
const MAX_KEPT = 16;
const MAX_KEPT_BYTES = 16 * 1024;

/** An item has 400 KB at most (DynamoDB service quotas), its keys included. */
const MAX_PACKET_BYTES = 390_000;

const CUT = "cut";
const CUT_KEPT_SECONDS = 24 * 60 * 60;

/** BatchWriteItem takes so many. */
const BATCH_SIZE = 25;

const OPEN = [mode("deciding"), mode("polling")];

export function dynamoPolling(client: DynamoClient, table: string): PollingStore {
  const nextKey = risingKeys();
  const stateKey = (sid: string) => rowKey(queueKey(sid), STATE);
  const change = (sid: string, update: UpdateExpression) => update.write(client, table, stateKey(sid));
  const state = async (sid: string) => {
    const row = await readItem(client, table, stateKey(sid));
    return row && toState(row);
  };

  return {
    state,

    async begin(sid, { startedAt, mayUpgrade, headers, compressFrom }) {
      const Item: Row = {
        ...stateKey(sid),
        mode: mode("deciding"),
        startedAt: { N: String(startedAt) },
        mayUpgrade: { BOOL: mayUpgrade },
        headers: { S: JSON.stringify(headers) },
        ...(compressFrom !== undefined && { compressFrom: { N: String(compressFrom) } }),
        bodies: { M: {} },
        [ROOMS.expiresAt]: { N: String(expiresAt(startedAt)) },
      };
      await client.call("PutItem", { TableName: table, Item });
    },

    async look(sid, isWaiting = false) {
      // One page, of 1 MB at most: what lies behind it goes with the next GET.
      const { Items: [first, ...rows] = [] } = await client.call("Query", {
        TableName: table,
        KeyConditionExpression: "#key = :key",
        ExpressionAttributeNames: { "#key": ROOMS.partitionKey },
        ExpressionAttributeValues: { ":key": { S: queueKey(sid) } },
        ConsistentRead: !isWaiting,
      });
      // Packets that came behind the end of their session have no state before them.
      if (first?.[ROOMS.sortKey]?.S !== STATE) return undefined;
      return { state: toState(first), packets: rows.filter(isThere).map(toPacket) };
    },

    async keep(sid, body) {
      if (Buffer.byteLength(body) > MAX_KEPT_BYTES) return "full";
      const key = nextKey();
      const update = new UpdateExpression()
        .set(["bodies", key], { S: body })
        .requireEqual(["mode"], mode("deciding"))
        .requireAtMost("bodies", MAX_KEPT - 1);
      if (await change(sid, update)) return "kept";
      const row = await readItem(client, table, stateKey(sid));
      // The client repeats a call whose answer was lost, and others go on from what it had done.
      if (row?.bodies?.M?.[key]) return "kept";
      return row?.mode?.S === "deciding" ? "full" : "decided";
    },

    async decide(sid, decision) {
      // The client repeats a call whose answer was lost, and must then find its own decision.
      const token = { S: randomBytes(9).toString("base64url") };
      const update = new UpdateExpression()
        .set(["mode"], mode(decision.mode))
        .set(["decidedBy"], token)
        .set(["decidedAt"], { N: String(Date.now()) })
        .requireEqual(["mode"], mode("deciding"))
        .orDoneBefore(["decidedBy"], token);
      if (decision.mode === "websocket") update.requireEqual(["probe"], { S: decision.probe });
      else update.requireMissingOrBelow("isProbed", "startedAt", { N: String(decision.orBegunBefore) });
      const sent = client.call("UpdateItem", update.toInput(table, stateKey(sid), "ALL_OLD"));
      if (!(await conditionMet(sent))) return undefined;
      return keptIn((await sent).Attributes);
    },

    async forgetKept(sid) {
      await change(sid, new UpdateExpression().requireExists("mode").remove("bodies"));
    },

    probe: (sid, connectionId) =>
      change(
        sid,
        new UpdateExpression()
          .set(["probe"], { S: connectionId })
          .requireEqual(["mode"], mode("deciding"))
          .requireEqual(["mayUpgrade"], { BOOL: true })
          .requireMissingOrOwn("probe", { S: connectionId }),
      ),

    probed: (sid, connectionId) => change(sid, ofProbe(connectionId).set(["isProbed"], { BOOL: true })),

    async unprobe(sid, connectionId) {
      await change(sid, ofProbe(connectionId).remove("probe", "isProbed"));
    },

    async put(sid, frames) {
      const bytes = frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
      if (bytes > MAX_PACKET_BYTES) throw tooLarge(bytes);
      const key = nextKey();
      const Item: Row = {
        ...rowKey(queueKey(sid), key),
        frames: texts(frames),
        [ROOMS.expiresAt]: { N: String(expiresAt(Date.now())) },
      };
      await client.call("PutItem", { TableName: table, Item });
      return key;
    },

    take(sid, key) {
      const own = { S: randomBytes(9).toString("base64url") };
      const update = new UpdateExpression()
        .requireExists("frames")
        .requireMissingOrOwn("takenBy", own)
        .set(["takenBy"], own);
      return update.write(client, table, rowKey(queueKey(sid), key));
    },

    async left(sid) {
      const rows = await allRows(client, table, queueKey(sid), STATE);
      return rows.filter(isThere).map(toPacket);
    },

    commit(sid, { after, turn, past, batch, delivered, withoutBodies }) {
      const marks = { S: delivered.join(" ") };
      const update = new UpdateExpression()
        .setAll({ turn: { S: turn }, past: texts(past), batch: texts(batch), delivered: marks })
        .requireOneOf("mode", [...OPEN, mode("closing")]);
      if (withoutBodies) update.remove("bodies");
      if (after === undefined) update.requireMissing("turn");
      else update.requireEqual(["turn"], { S: after });
      return change(sid, update);
    },

    async remove(sid, keys) {
      const deletes = keys.map(
        (key): WriteRequest => ({ DeleteRequest: { Key: rowKey(queueKey(sid), key) } }),
      );
      const what = (left: number) => `Removing ${left} rows of the table ${table}`;
      while (deletes.length > 0) {
        await untilDone(deletes.splice(0, BATCH_SIZE), what, async (left) => {
          const RequestItems = { [table]: [...left] };
          const { UnprocessedItems } = await client.call("BatchWriteItem", { RequestItems });
          return UnprocessedItems?.[table] ?? [];
        });
      }
    },

    async noteCut(pid) {
      const Item = shortLivedRow(cutKey(pid), CUT, CUT_KEPT_SECONDS);
      await client.call("PutItem", { TableName: table, Item });
    },

    async wasCut(pid) {
      const row = await readItem(client, table, rowKey(cutKey(pid), CUT));
      return row !== undefined && !isExpired(Number(row[ROOMS.expiresAt]?.N));
    },

    async close(sid, to) {
      const update = new UpdateExpression().set(["mode"], mode(to));
      await change(sid, update.requireOneOf("mode", to === "closing" ? OPEN : [...OPEN, mode("closing")]));
    },
  };
}

function ofProbe(connectionId: string): UpdateExpression {
  return new UpdateExpression()
    .requireEqual(["mode"], mode("deciding"))
    .requireEqual(["probe"], { S: connectionId });
}

/**
 * Keys that rise within this environment, also within a millisecond and where the clock goes back. Those of
 * two environments have the order of their clocks.
 */
function risingKeys(): () => string {
  const sender = randomBytes(6).toString("base64url");
  let last = 0;
  let counter = 0;
  return () => {
    last = Math.max(last, Date.now());
    counter++;
    return `${inBase36(last, 9)}${inBase36(counter, 7)}${sender}`;
  };
}

function inBase36(number: number, digits: number): string {
  return number.toString(36).padStart(digits, "0");
}

function mode(name: PollingMode): AttributeValue {
  return { S: name };
}

function texts(all: readonly string[]): AttributeValue {
  return { L: all.map((S) => ({ S })) };
}

function fromTexts(value: AttributeValue | undefined): readonly string[] {
  return (value?.L ?? []).map(({ S = "" }) => S);
}

function keptIn({ bodies }: Row = {}): readonly string[] {
  const byKey = bodies?.M ?? {};
  return Object.keys(byKey)
    .sort()
    .map((key) => byKey[key]?.S ?? "");
}

function toState(row: Row): PollingState {
  return {
    mode: row.mode?.S as PollingMode,
    startedAt: Number(row.startedAt?.N),
    mayUpgrade: row.mayUpgrade?.BOOL ?? false,
    probe: row.probe?.S,
    isProbed: row.isProbed?.BOOL ?? false,
    kept: keptIn(row),
    decidedAt: row.decidedAt && Number(row.decidedAt.N),
    turn: row.turn?.S,
    past: fromTexts(row.past),
    batch: fromTexts(row.batch),
    delivered: row.delivered?.S?.split(" ") ?? [],
    headers: JSON.parse(row.headers?.S ?? "{}"),
    compressFrom: row.compressFrom && Number(row.compressFrom.N),
  };
}

/** Nobody has taken it from the session that is over. */
function isThere({ takenBy }: Row): boolean {
  return takenBy === undefined;
}

function toPacket(row: Row): QueuedPacket {
  return { key: row[ROOMS.sortKey]?.S ?? "", frames: fromTexts(row.frames) };
}

/** As API Gateway answers for a message that is too large. */
function tooLarge(bytes: number): AwsCallError {
  return new AwsCallError(413, `Queueing ${bytes} bytes for a client that polls`, {
    cause: new Error(`A packet may have ${MAX_PACKET_BYTES} bytes: send less, or a link to it`),
  });
}
