/**
 * What a client meets at the limits that the construct sets: the stage's throttle, and the
 * app's reserved concurrency.
 */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const CDK_APP = fileURLToPath(new URL("apps/limits-cdk.ts", import.meta.url));

let local: Local | undefined;
const clients = new Clients(() => ({ url: `ws://127.0.0.1:${local?.port}`, path: "/prod" }));
afterEach(async () => {
  clients.close();
  await local?.close();
});

describe("a stage with a throttle, and a function with reserved concurrency", () => {
  it("refuse a message with a frame of API Gateway, and a handshake with 429", async () => {
    const recorder = new Recorder();
    local = await startLocal({ cdkApp: CDK_APP, environments: 4, log: recorder.log });
    const plain = await clients.frames();
    await plain.nextJson();
    const message = async () => (await plain.nextJson()).message;

    // Its one environment is busy, though three more could be had. It may still be, with the event before.
    await expect
      .poll(async () => {
        plain.send({ action: "slow", id: 1 });
        return plain.nextJson();
      })
      .toEqual({ event: "begun", data: [] });
    plain.send({ action: "quick", id: 2 });
    expect(await message()).toBe("Internal server error");
    expect(await plain.nextJson()).toEqual({ ack: 1, data: ["done"] });

    await expect
      .poll(async () => {
        plain.send({ action: "quick", id: 3 });
        return plain.nextJson();
      })
      .toEqual({ ack: 3, data: ["done"] });
    for (let left = 12; left > 0; left--) plain.send({ action: "quick", id: 4 });
    await recorder.find("throttled", ({ routeKey }) => routeKey === "$default");
    await expect.poll(message).toBe("Too Many Requests");

    await expect.poll(statusOfHandshake).toBe(429);
  });
});

function statusOfHandshake(): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(local?.url ?? "");
    socket.on("unexpected-response", (_request, { statusCode = 0 }) => resolve(statusCode));
    socket.on("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("error", () => {});
  });
}
