/** The item of a connection as the runtime stores it, once its client is in the main namespace. */
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";
import { serveLocal } from "../../local/testing.js";
import type { Row } from "../../runtime/store/dynamo-calls.js";

/** As a browser sends them. */
const HEADERS = {
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "accept-language": "en-GB,en;q=0.9",
  "accept-encoding": "gzip, deflate, br, zstd",
  origin: "https://chat.example.com",
};

/** @param endpoint where what is sent to that connection is posted */
export async function storedItem(endpoint: string): Promise<Row> {
  const io = new Server();
  io.on("connection", () => {});
  const server = await serveLocal(io);
  const client = connect(server.url, { transports: ["websocket"], extraHeaders: HEADERS });
  await new Promise<void>((resolve) => client.on("connect", resolve));
  await server.settled();
  const [connectionId = ""] = server.gateway.connectionIds();
  const { Item = {} } = await server.tables.client.call("GetItem", {
    TableName: server.tables.connections,
    Key: { connectionId: { S: connectionId } },
    ConsistentRead: true,
  });
  client.disconnect();
  await server.close();
  return { ...Item, endpoint: { S: endpoint } };
}
