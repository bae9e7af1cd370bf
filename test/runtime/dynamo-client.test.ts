/** What the functions' DynamoDB client does where DynamoDB does not answer. */
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { type ScriptedAnswer, ScriptedServer } from "../support/scripted-server.js";

let dynamodb: ScriptedServer | undefined;

async function getAgainst(...answers: ScriptedAnswer[]): Promise<ScriptedServer> {
  dynamodb = await ScriptedServer.start(answers, "{}");
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = createDynamoClient({ endpoint: dynamodb.url, region: "eu-west-1", credentials });
  await client.send(new GetItemCommand({ TableName: "Connections", Key: { connectionId: { S: "a" } } }));
  client.destroy();
  return dynamodb;
}

afterEach(() => dynamodb?.close());

describe("a call to DynamoDB", () => {
  it.each([500, "cut", "silence"] as const)("is made again after %s", async (answer) => {
    expect((await getAgainst(answer, 200)).bodies).toHaveLength(2);
  });
});
