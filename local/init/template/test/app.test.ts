import { connect, type Socket } from "socket.io-client";
import { type LocalServer, serveLocal } from "socket.io-lambda/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { io } from "../src/app.js";
import type { ClientEvents, ServerEvents } from "../src/events.js";

type Client = Socket<ServerEvents, ClientEvents>;

let server: LocalServer;
let ann: Client;
let ben: Client;

beforeAll(async () => {
  // API Gateway's rules and Lambda's memory, in this process: nothing in a variable
  // survives from event to event.
  server = await serveLocal(io);
  ann = connect(server.url);
  ben = connect(server.url);
});

afterAll(async () => {
  ann.disconnect();
  ben.disconnect();
  await server.close();
});

test("two clients meet in a room", async () => {
  const annHears = new Promise((resolve) => ann.on("said", (...said) => resolve(said)));

  expect(await ann.emitWithAck("join", "tea")).toEqual({ members: 1 });
  expect(await ben.emitWithAck("join", "tea")).toEqual({ members: 2 });
  expect(await ben.emitWithAck("say", "tea", "hello")).toEqual({});

  expect(await annHears).toEqual(["tea", ben.id, "hello"]);
});

test("nobody speaks in a room without joining it", async () => {
  expect(await ann.emitWithAck("say", "coffee", "hello")).toEqual({ error: "Join coffee first." });
});
