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
 * | `greetedBy`, `greetedAt`, `endedBy NSP` | who did what is done once | once |
 * | `claimedBy`, `claimedAt` | who runs the `disconnect` handlers, since when | at the end |
 * | `isTold` | they have run | at the end, where rows of rooms may still come |
 * | `stray SID NSP` | list of rooms: rows that may stand in the table beside those of the sessions | once |
 *
 * The SDK repeats a call that failed or was not answered, though it may have been done: what is done once bears the
 * mark of its caller, so that a repetition finds its own write and not somebody else's.
 *
 * The sessions lie flat in the item, for `ADD` works on top-level attributes only
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
 */
import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CONNECTIONS } from "../contract.js";
import { conditionMet } from "./condition.js";
import { expiresAt } from "./expiry.js";
import { checkVersion, VERSION_ATTRIBUTE } from "./item-version.js";
import type { ConnectionStore, ProtocolName, StoredConnection, StoredSession, Stray } from "./store.js";
import { UpdateExpression } from "./update-expression.js";
import { fromValues, valueAttributes } from "./value.js";

type Item = Record<string, AttributeValue>;

const NONE: ReadonlySet<string> = new Set();

export function dynamoConnections(client: DynamoDBClient, table: string): ConnectionStore {
  const keyOf = (connectionId: string): Item => ({ [CONNECTIONS.partitionKey]: { S: connectionId } });

  async function get(connectionId: string): Promise<Item | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(connectionId), ConsistentRead: true }),
    );
    return Item;
  }

  return {
    async create(connection) {
      await client.send(new PutItemCommand({ TableName: table, Item: toItem(connection) }));
    },

    async load(connectionId) {
      const item = await get(connectionId);
      return item && !item.claimedBy ? fromItem(item) : undefined;
    },

    async save(
      connectionId,
      { namespace, sid, created, join = NONE, leave = NONE, spent = NONE, data, properties },
    ) {
      const names = attributeNames(namespace);
      const update = changeOfLiving();
      if (created) {
        update.requireExists(CONNECTIONS.partitionKey);
        update.requireMissing(names.session).orDoneBefore([names.session, "sid"], { S: sid });
        update.set([names.session], { M: sessionAttributes(created) });
        update.set([names.data], { M: valueAttributes(created.data) });
        update.set([names.properties], { M: valueAttributes(created.properties) });
        update.remove(strayName(namespace, sid)); // a recovery has noted its rows before it wrote them
      } else {
        update.requireEqual([names.session, "sid"], { S: sid });
        update.setOrRemove(names.data, data).setOrRemove(names.properties, properties);
      }
      update.addToSet(names.rooms, join).addToSet(names.spent, created?.spent ?? spent);

      // One expression may not add to and delete from the same set, so a change of both kinds is two updates.
      const needsSecond = join.size > 0 && leave.size > 0;
      if (!needsSecond) update.deleteFromSet(names.rooms, leave);
      if (!(await conditionMet(client.send(update.toCommand(table, keyOf(connectionId)))))) return false;
      if (!needsSecond) return true;
      const second = changeOfLiving()
        .requireEqual([names.session, "sid"], { S: sid })
        .deleteFromSet(names.rooms, leave);
      return conditionMet(client.send(second.toCommand(table, keyOf(connectionId))));
    },

    async claim(connectionId) {
      const own = { S: randomUUID() };
      const now = Date.now();
      const update = new UpdateExpression()
        // What cannot be read stays for the code that can.
        .requireEqual(["version"], VERSION_ATTRIBUTE.version)
        .requireMissingOrOwn("claimedBy", ["claimedBy"], own, {
          or: { path: ["claimedAt"], isBelow: { N: String(now - TAKEN_OVER_MS) } },
        })
        .set(["claimedBy"], own)
        .set(["claimedAt"], { N: String(now) });
      const command = update.toCommand(table, keyOf(connectionId), "ALL_OLD");
      const claimed = client.send(command);
      if (await conditionMet(claimed)) {
        const item = (await claimed).Attributes ?? {};
        return { kind: item.isTold ? "leftover" : "ours", stored: fromItem(item) };
      }
      const item = await get(connectionId);
      if (item) checkItem(item);
      return { kind: item ? "taken" : "missing" };
    },

    async forget(connectionId) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(connectionId) }));
    },

    async forgetLater(connectionId) {
      const update = new UpdateExpression().requireExists("claimedBy").set(["isTold"], { BOOL: true });
      await conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async noteStray(connectionId, { namespace, sid, rooms }) {
      const update = changeOfLiving()
        .requireExists(CONNECTIONS.partitionKey)
        .set([strayName(namespace, sid)], listOf(rooms));
      return conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async dropStray(connectionId, namespace, sid) {
      const update = changeOfLiving()
        .requireExists(CONNECTIONS.partitionKey)
        .remove(strayName(namespace, sid));
      await conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async greet(connectionId) {
      const own = { S: randomUUID() };
      const now = Date.now();
      const update = changeOfLiving()
        .requireExists(CONNECTIONS.partitionKey)
        .requireMissing(attributeNames("/").session)
        .requireMissing(attributeNames("/").endedBy) // it was there, and has left
        .requireMissingOrOwn("greetedBy", ["greetedBy"], own, {
          or: { path: ["greetedAt"], isBelow: { N: String(now - TAKEN_OVER_MS) } },
        })
        .set(["greetedBy"], own)
        .set(["greetedAt"], { N: String(now) });
      return conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async spend(connectionId, namespace, sid, listener) {
      const names = attributeNames(namespace);
      const update = changeOfLiving()
        .requireEqual([names.session, "sid"], { S: sid })
        .requireLacks(names.spent, listener)
        .addToSet(names.spent, new Set([listener]));
      return conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async shareRoom(connectionId, namespace, sid) {
      const names = attributeNames(namespace);
      const update = changeOfLiving()
        .requireEqual([names.session, "sid"], { S: sid })
        .set([names.session, "isShared"], { BOOL: true });
      await conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async removeSession(connectionId, namespace, sid, rooms) {
      const names = attributeNames(namespace);
      const own = { S: randomUUID() };
      const update = changeOfLiving()
        .requireEqual([names.session, "sid"], { S: sid })
        .orDoneBefore([names.endedBy], own)
        .set([names.endedBy], own)
        .remove(names.session, names.rooms, names.data, names.properties, names.spent);
      if (rooms) update.set([strayName(namespace, sid)], listOf(rooms));
      return conditionMet(client.send(update.toCommand(table, keyOf(connectionId))));
    },
  };
}

/** Longer than any event may take (29 s), shorter than Lambda's pause before it repeats an asynchronous one (a minute, `aws-facts.md` §8). */
const TAKEN_OVER_MS = 45_000;

/** A change that a connection which has ended does not take. */
function changeOfLiving(): UpdateExpression {
  return new UpdateExpression().requireMissing("claimedBy");
}

const SESSION_PREFIX = "session ";

const STRAY_PREFIX = "stray ";

/** The id comes first, for it has no spaces. */
function strayName(namespace: string, sid: string): string {
  return `${STRAY_PREFIX}${sid} ${namespace}`;
}

/** A set may not be empty. */
function listOf(rooms: Iterable<string>): AttributeValue {
  return { L: [...rooms].map((S) => ({ S })) };
}

function straysOf(item: Item): Stray[] {
  return Object.keys(item)
    .filter((name) => name.startsWith(STRAY_PREFIX))
    .map((name) => {
      const [, sid = ""] = name.split(" ", 2);
      const rooms = (item[name]?.L ?? []).map(({ S = "" }) => S);
      return { sid, namespace: name.slice(`${STRAY_PREFIX}${sid} `.length), rooms };
    });
}

function attributeNames(namespace: string) {
  return {
    session: SESSION_PREFIX + namespace,
    rooms: `rooms ${namespace}`,
    data: `data ${namespace}`,
    properties: `properties ${namespace}`,
    spent: `spent ${namespace}`,
    endedBy: `endedBy ${namespace}`,
  };
}

function toItem(connection: StoredConnection): Item {
  return {
    [CONNECTIONS.partitionKey]: { S: connection.connectionId },
    ...VERSION_ATTRIBUTE,
    endpoint: { S: connection.endpoint },
    protocol: { S: connection.protocol },
    handshake: { S: JSON.stringify(connection.handshake) },
    connectedAt: { N: String(connection.connectedAt) },
    [CONNECTIONS.expiresAt]: { N: String(expiresAt(connection.connectedAt)) },
  };
}

function checkItem(item: Item): void {
  checkVersion(item, `The connection ${item[CONNECTIONS.partitionKey]?.S}`);
}

function fromItem(item: Item): StoredConnection {
  checkItem(item);
  const sessions = Object.keys(item)
    .filter((name) => name.startsWith(SESSION_PREFIX))
    .map((name) => name.slice(SESSION_PREFIX.length))
    .map((namespace) => [namespace, fromSession(item, namespace)] as const);
  return {
    connectionId: item[CONNECTIONS.partitionKey]?.S ?? "",
    endpoint: item.endpoint?.S ?? "",
    protocol: item.protocol?.S as ProtocolName,
    handshake: JSON.parse(item.handshake?.S ?? "{}"),
    connectedAt: Number(item.connectedAt?.N),
    sessions: new Map(sessions),
    strays: straysOf(item),
  };
}

function sessionAttributes(session: StoredSession): Item {
  return {
    sid: { S: session.sid },
    ...(session.pid !== undefined && { pid: { S: session.pid } }),
    ...(session.parent !== undefined && { parent: { N: String(session.parent) } }),
    recovered: { BOOL: session.recovered },
    auth: { S: JSON.stringify(session.auth) },
    issued: { N: String(session.issued) },
  };
}

function fromSession(item: Item, namespace: string): StoredSession {
  const names = attributeNames(namespace);
  const session = item[names.session]?.M ?? {};
  return {
    sid: session.sid?.S ?? "",
    pid: session.pid?.S,
    parent: session.parent?.N === undefined ? undefined : Number(session.parent.N),
    isShared: session.isShared?.BOOL ?? false,
    recovered: session.recovered?.BOOL ?? false,
    auth: JSON.parse(session.auth?.S ?? "{}"),
    issued: Number(session.issued?.N),
    rooms: new Set(item[names.rooms]?.SS),
    data: fromValues(item[names.data]?.M),
    properties: fromValues(item[names.properties]?.M),
    spent: new Set(item[names.spent]?.SS),
  };
}
