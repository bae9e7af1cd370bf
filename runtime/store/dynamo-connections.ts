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
 *
 * The sessions lie flat in the item, for `ADD` works on top-level attributes only
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CONNECTIONS } from "../contract.js";
import { expiresAt } from "./expiry.js";
import type { ConnectionStore, ProtocolName, StoredConnection, StoredSession } from "./store.js";
import { UpdateExpression } from "./update-expression.js";
import { fromValues, valueAttributes } from "./value.js";

type Item = Record<string, AttributeValue>;

/** Raised when an older item could not be read by newer code, so that it is never misread. */
const ITEM_VERSION = 1;

const NONE: ReadonlySet<string> = new Set();

export function dynamoConnections(client: DynamoDBClient, table: string): ConnectionStore {
  const keyOf = (connectionId: string): Item => ({ [CONNECTIONS.partitionKey]: { S: connectionId } });

  return {
    async create(connection) {
      await client.send(new PutItemCommand({ TableName: table, Item: toItem(connection) }));
    },

    async load(connectionId) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(connectionId), ConsistentRead: true }),
      );
      return Item && fromItem(Item);
    },

    async save(
      connectionId,
      { namespace, sid, created, join = NONE, leave = NONE, spent = NONE, data, properties },
    ) {
      const names = attributeNames(namespace);
      const update = new UpdateExpression();
      if (created) {
        update.requireExists(CONNECTIONS.partitionKey).requireMissing(names.session);
        update.set([names.session], { M: sessionAttributes(created) });
        update.set([names.data], { M: valueAttributes(created.data) });
        update.set([names.properties], { M: valueAttributes(created.properties) });
      } else {
        update.requireEqual([names.session, "sid"], { S: sid });
        update.setOrRemove(names.data, data).setOrRemove(names.properties, properties);
      }
      update.addToSet(names.rooms, join).addToSet(names.spent, created?.spent ?? spent);

      // One expression may not add to and delete from the same set, so a change of both kinds is two updates.
      const needsSecond = join.size > 0 && leave.size > 0;
      if (!needsSecond) update.deleteFromSet(names.rooms, leave);
      if (!(await succeeded(client.send(update.toCommand(table, keyOf(connectionId)))))) return false;
      if (!needsSecond) return true;
      const second = new UpdateExpression()
        .requireEqual([names.session, "sid"], { S: sid })
        .deleteFromSet(names.rooms, leave);
      return succeeded(client.send(second.toCommand(table, keyOf(connectionId))));
    },

    async remove(connectionId) {
      const { Attributes } = await client.send(
        new DeleteItemCommand({ TableName: table, Key: keyOf(connectionId), ReturnValues: "ALL_OLD" }),
      );
      return Attributes && fromItem(Attributes);
    },

    async greet(connectionId) {
      const update = new UpdateExpression()
        .requireExists(CONNECTIONS.partitionKey)
        .requireMissing("isGreeted")
        .set(["isGreeted"], { BOOL: true });
      return succeeded(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async spend(connectionId, namespace, sid, listener) {
      const names = attributeNames(namespace);
      const update = new UpdateExpression()
        .requireEqual([names.session, "sid"], { S: sid })
        .requireLacks(names.spent, listener)
        .addToSet(names.spent, new Set([listener]));
      return succeeded(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async shareRoom(connectionId, namespace, sid) {
      const names = attributeNames(namespace);
      const update = new UpdateExpression()
        .requireEqual([names.session, "sid"], { S: sid })
        .set([names.session, "isShared"], { BOOL: true });
      await succeeded(client.send(update.toCommand(table, keyOf(connectionId))));
    },

    async removeSession(connectionId, namespace, sid) {
      const names = attributeNames(namespace);
      const update = new UpdateExpression()
        .requireEqual([names.session, "sid"], { S: sid })
        .remove(names.session, names.rooms, names.data, names.properties, names.spent);
      return succeeded(client.send(update.toCommand(table, keyOf(connectionId))));
    },
  };
}

/** Translates a failed condition into `false`; every other error goes on. */
async function succeeded(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

const SESSION_PREFIX = "session ";

function attributeNames(namespace: string) {
  return {
    session: SESSION_PREFIX + namespace,
    rooms: `rooms ${namespace}`,
    data: `data ${namespace}`,
    properties: `properties ${namespace}`,
    spent: `spent ${namespace}`,
  };
}

function toItem(connection: StoredConnection): Item {
  return {
    [CONNECTIONS.partitionKey]: { S: connection.connectionId },
    version: { N: String(ITEM_VERSION) },
    endpoint: { S: connection.endpoint },
    protocol: { S: connection.protocol },
    handshake: { S: JSON.stringify(connection.handshake) },
    connectedAt: { N: String(connection.connectedAt) },
    [CONNECTIONS.expiresAt]: { N: String(expiresAt(connection.connectedAt)) },
  };
}

function fromItem(item: Item): StoredConnection {
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
