/** The AWS SDK, which has both styles too. */
import { randomUUID } from "node:crypto";
import {
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from "@aws-sdk/client-dynamodb";
import type { Driver } from "./store.js";

const put = (chat: string, text: string) =>
  new PutItemCommand({
    TableName: process.env.MESSAGES_TABLE,
    Item: { chat: { S: chat }, id: { S: randomUUID() }, body: { S: text } },
  });

const query = (chat: string) =>
  new QueryCommand({
    TableName: process.env.MESSAGES_TABLE,
    KeyConditionExpression: "chat = :chat",
    ExpressionAttributeValues: { ":chat": { S: chat } },
  });

const textsOf = (found: QueryCommandOutput | undefined) =>
  (found?.Items ?? []).map(({ body }) => body?.S ?? "");

export const dynamodb: Driver = {
  callbacks() {
    const client = new DynamoDBClient();
    return {
      add: (chat, text, done) => client.send(put(chat, text), done),
      all: (chat, done) => client.send(query(chat), (error, found) => done(error, textsOf(found))),
      close: () => client.destroy(),
    };
  },
  promises() {
    const client = new DynamoDBClient();
    return {
      add: (chat, text) => client.send(put(chat, text)),
      all: async (chat) => textsOf(await client.send(query(chat))),
      close: () => client.destroy(),
    };
  },
};
