/** `echo.ts`, which also says how long a call to its table takes, in its own thread. */
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ENV, ROOMS } from "../../runtime/contract.js";
import { median } from "../statistics.js";
import { io } from "./echo.js";

export { io };

const CALLS = 50;
const client = new DynamoDBClient({});
const read = new GetItemCommand({
  TableName: process.env[ENV.roomsTable],
  Key: { [ROOMS.partitionKey]: { S: '"nobody"' }, [ROOMS.sortKey]: { S: "nobody" } },
  ConsistentRead: true,
});

io.on("connection", (socket) => {
  socket.on("table", async (ack: (ms: number) => void) => {
    const times: number[] = [];
    for (let i = 0; i < CALLS; i++) {
      const startMs = performance.now();
      await client.send(read);
      times.push(performance.now() - startMs);
    }
    ack(median(times));
  });
});
