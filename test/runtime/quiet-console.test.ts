/** The console in replays, beside spies and loggers that replace its methods. */
import type { Server } from "socket.io";
import { afterEach, expect, it, vi } from "vitest";
import { kit } from "../support/kit.js";

afterEach(() => vi.restoreAllMocks());

const app = (io: Server) => {
  io.on("connection", (socket) => {
    console.log("connected");
    console.error("broken");
    socket.on("say", (ack) => {
      console.log("said");
      ack();
    });
  });
};

it("is quiet for a spy that was there before, and the spy is still console.log", async () => {
  const spy = vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const { clients } = await kit(app);
  const client = await clients.join();
  await client.emitWithAck("say");
  await client.emitWithAck("say");
  expect(spy.mock.calls).toEqual([["connected"], ["said"], ["said"]]);
  expect(console.log).toBe(spy);
  expect(vi.mocked(console.error).mock.calls).toEqual([["broken"], ["broken"], ["broken"]]);
});

it("is quiet for one that came between two events, and as it was when that one has gone", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const before = vi.spyOn(console, "log").mockImplementation(() => {});
  const { clients } = await kit(app);
  const client = await clients.join();
  const { log } = console;
  const replacement = vi.fn();
  console.log = replacement;
  await client.emitWithAck("say");
  expect(replacement.mock.calls).toEqual([["said"]]);
  console.log = log;
  await client.emitWithAck("say");
  expect(before.mock.calls).toEqual([["connected"], ["said"]]);
});
