/** A connection whose item was written by newer code, as after a rollback. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { kit } from "../support/kit.js";

const reported = vi.spyOn(console, "error").mockReturnValue();
afterEach(() => reported.mockClear());

async function connected() {
  const { server, clients } = await kit((io) => {
    io.on("connection", (socket) => socket.on("echo", (text, ack) => ack(text)));
  });
  const client = await clients.join();
  const [connectionId = ""] = server.gateway.connectionIds();
  const { client: dynamodb, connections: TableName } = server.tables;
  const Key = { connectionId: { S: connectionId } };
  return {
    server,
    client,
    connectionId,
    item: async () => (await dynamodb.call("GetItem", { TableName, Key, ConsistentRead: true })).Item,
    writeVersion: (version: number) =>
      dynamodb.call("UpdateItem", {
        TableName,
        Key,
        UpdateExpression: "SET #version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":version": { N: String(version) } },
      }),
  };
}

const REFUSAL = expect.objectContaining({
  name: "ItemVersionError",
  message: expect.stringContaining("was stored in version 2"),
});

describe("an item of a newer version", () => {
  it("is not read: its client's event is reported, and the client closed, to come again", async () => {
    const { server, client, connectionId, writeVersion } = await connected();
    await writeVersion(2);
    const closed = new Promise((resolve) => client.once("disconnect", resolve));
    client.emit("echo", "to the old code", () => {});
    expect(await closed).toBe("transport close");
    await server.settled();
    expect(reported).toHaveBeenCalledWith(`[event] MESSAGE of ${connectionId}:`, REFUSAL);
  });

  it("is not removed when its client leaves: the code that can read it does that", async () => {
    const { server, connectionId, item, writeVersion } = await connected();
    await writeVersion(2);
    server.gateway.drop(connectionId);
    await server.settled();
    expect(reported).toHaveBeenCalledWith(`[event] DISCONNECT of ${connectionId}:`, REFUSAL);
    expect(await item()).toBeDefined();
  });
});
