import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Network, NoNetworkError } from "./clients/network.js";

let server: Server;
let heard = 0;

beforeAll(async () => {
  server = createServer((_request, response) => {
    heard++;
    response.end("here");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

function ask(network: Network): Promise<number | undefined> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, agent: network }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    }).once("error", reject);
  });
}

it("a network that is down lets nothing out, and works again when it is up", async () => {
  const network = new Network();
  network.down();
  const before = heard;
  await expect(ask(network)).rejects.toThrow("Socket is closed");
  expect(heard).toBe(before);
  network.up();
  expect(await ask(network)).toBe(200);
  network.destroy();
});

it("an answer that is lost was given: the server has heard the question", async () => {
  const network = new Network();
  await ask(network); // a connection that is kept
  network.loseNextAnswer();
  const before = heard;
  await expect(ask(network)).rejects.toThrow(NoNetworkError);
  expect(heard).toBe(before + 1);
  expect(await ask(network)).toBe(200);
  network.destroy();
});
