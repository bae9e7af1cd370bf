/** A `2probe` that is handled behind the `5` which came after it: API Gateway promises no order. */
import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { aroundCalls } from "../support/around-calls.js";
import { kit } from "../support/kit.js";

it("does not end the WebSocket that has taken over", async () => {
  const { server, clients } = await kit((io) => {
    io.on("connection", (socket) => void socket.on("ask", (ack) => ack("here")));
  });
  const gate = new EventEmitter();
  const isAtGate = once(gate, "is there");
  const goesOn = once(gate, "go on");
  aroundCalls(server.tables.client, async (call, name, { ExpressionAttributeNames = {} }) => {
    const isProbe = name === "UpdateItem" && Object.values(ExpressionAttributeNames).includes("isProbed");
    const marks = isProbe && !Object.values(ExpressionAttributeNames).includes("decidedBy");
    if (marks) {
      gate.emit("is there");
      await goesOn;
    }
    return call();
  });
  const http = server.url.replace(/^ws/, "http");
  const open = await (await fetch(`${http}/socket.io/?EIO=4&transport=polling`)).text();
  const { sid } = JSON.parse(open.slice(1));
  const client = await clients.frames(`?EIO=4&transport=websocket&sid=${sid}`);
  client.send("2probe");
  await isAtGate;
  client.send("5");
  client.send("40");
  expect(await client.next()).toMatch(/^40\{/);
  gate.emit("go on");
  await server.settled();
  client.send('420["ask"]');
  expect(await client.next()).toBe('430["here"]');
});
