/** What a client posts one after another, while a handler takes longer than the post's answer may wait. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { ENV } from "../../runtime/contract.js";
import { kit } from "../support/kit.js";

afterEach(() => vi.unstubAllEnvs());

async function heardIn(order: "concurrent" | "ordered"): Promise<readonly string[]> {
  vi.stubEnv(ENV.order, order);
  const heard: string[] = [];
  const { clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.on("slow", async (ack) => {
          await delay(2_500);
          heard.push("slow");
          ack();
        });
        socket.on("quick", (ack) => {
          heard.push("quick");
          ack();
        });
      });
    },
    { io: { allowUpgrades: false } },
  );
  const client = await clients.join("/", { path: "/socket.io", transports: ["polling"] });
  // The first goes out at once, the second when the first is answered.
  await Promise.all([client.emitWithAck("slow"), client.emitWithAck("quick")]);
  return heard;
}

it("in ordered mode, a post waits for the handlers of the one before", async () => {
  expect(await heardIn("ordered")).toEqual(["slow", "quick"]);
});

it("in ordered mode, nobody waits for the ack of a client that polls: the handler is told", async () => {
  vi.stubEnv(ENV.order, "ordered");
  const { clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.on("ask me", async (ack) => {
          ack(await socket.emitWithAck("question").catch((error: Error) => error.name));
        });
      });
    },
    { io: { allowUpgrades: false } },
  );
  const client = await clients.join("/", { path: "/socket.io", transports: ["polling"] });
  client.on("question", (reply) => reply("an answer"));
  expect(await client.emitWithAck("ask me")).toBe("OrderedAckError");
});

it("otherwise it waits for a second, for a handler may wait for what it brings", async () => {
  expect(await heardIn("concurrent")).toEqual(["quick", "slow"]);
});
