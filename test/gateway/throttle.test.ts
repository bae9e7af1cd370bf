import { describe, expect, it } from "vitest";
import { ok, refusedHandshake, startHarness } from "./harness.js";

const handlers = { $connect: ok, $default: ok, say: ok };
const throttle = { rateLimit: 2, burstLimit: 3 };

/** A clock that stands still. */
const now = () => 1_700_000_000_000;

describe("a stage's throttle", () => {
  it("takes a burst on each route, answers the rest with a frame, and lets the connection be", async () => {
    const { connect, invoked, events } = await startHarness({ handlers, api: { throttle }, now });
    const { socket, received, id } = await connect();
    for (let sent = 0; sent < 5; sent++) socket.send("2[]");
    socket.send('{"action":"say"}');
    const frames = [await received.at(0), await received.at(1)];
    for (const frame of frames) {
      expect(frame).toMatch(
        new RegExp(`^{"message": "Too Many Requests", "connectionId":"${id}", "requestId":"[\\w-]+="}$`),
      );
    }
    await invoked.find(({ functionName }) => functionName === "say");
    expect(invoked.all.filter(({ functionName }) => functionName === "$default")).toHaveLength(3);
    expect(events.all.filter(({ type }) => type === "throttled")).toEqual(
      Array.from({ length: 2 }, () => ({ type: "throttled", connectionId: id, routeKey: "$default" })),
    );
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it("fills again at its rate, up to the burst", async () => {
    const { connect, gateway, invoked, received } = await throttled();
    gateway.advance(500); // room for one
    connect.send("2[]");
    connect.send("2[]");
    await received.at(1);
    expect(invoked.all).toHaveLength(5);
    gateway.advance(60_000);
    for (let sent = 0; sent < 4; sent++) connect.send("2[]");
    await received.at(2);
    expect(invoked.all).toHaveLength(8);
  });

  it("refuses a handshake with 429", async () => {
    const { gateway, connect } = await startHarness({ handlers, api: { throttle }, now });
    for (let opened = 0; opened < 3; opened++) await connect();
    expect(await refusedHandshake(gateway.url)).toMatchObject({
      status: 429,
      body: '{"message": "Too Many Requests"}',
    });
  });

  it("of a single route comes before the stage's", async () => {
    const routeThrottles = new Map([["say", { rateLimit: 1, burstLimit: 1 }]]);
    const { connect, invoked } = await startHarness({ handlers, api: { throttle, routeThrottles }, now });
    const { socket, received } = await connect();
    socket.send('{"action":"say"}');
    socket.send('{"action":"say"}');
    expect(await received.at(0)).toContain("Too Many Requests");
    expect(invoked.all.map(({ functionName }) => functionName)).toEqual(["$connect", "say"]);
  });
});

/** A client whose burst is used up: `$connect` and 3 messages have run, and one got a frame. */
async function throttled() {
  const { connect, gateway, invoked } = await startHarness({ handlers, api: { throttle }, now });
  const { socket, received } = await connect();
  for (let sent = 0; sent < 4; sent++) socket.send("2[]");
  await received.at(0);
  return { connect: socket, gateway, invoked, received };
}
