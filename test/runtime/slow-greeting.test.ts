/**
 * A greeting that asks a database over HTTP, by the callback of a request on a connection that is kept: the
 * way of the AWS SDK, of Elasticsearch, of any REST client. Each replay asks again, and may end before it has
 * its answer; requests that others make on the same connection must still end.
 */
import { once } from "node:events";
import { Agent, createServer, get, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";

/** Longer than a replay waits for a callback, and than it waits for promises where some never end. */
const SLOW_MS = 150;

const started: { readonly server: HttpServer; readonly agent: Agent }[] = [];

afterEach(() => {
  for (const { server, agent } of started.splice(0)) {
    agent.destroy();
    server.close();
  }
});

type Query = (done: (rows: string) => void) => void;

async function slowDatabase(connections: number): Promise<Query> {
  const server = createServer((_request, response) => void setTimeout(() => response.end("rows"), SLOW_MS));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  started.push({ server, agent });
  const { port } = server.address() as AddressInfo;
  return (done) => {
    get({ host: "127.0.0.1", port, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => done(text));
    }).on("error", () => {}); // those of replays, when the test is over
  };
}

const STYLES: Record<string, (query: Query) => Query> = {
  "by callback": (query) => query,
  "by an un-awaited promise": (query) => (done) => {
    new Promise(() => {});
    new Promise<string>((resolve) => query(resolve)).then(done);
  },
};

describe.each(Object.entries(STYLES))("a slow greeting %s", (_style, styled) => {
  it.each([1, 2, 4])("cuts no request off: %i connections", async (connections) => {
    const query = styled(await slowDatabase(connections));
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        query((rows) => socket.emit("history", rows));
        socket.on("noop", (ack) => ack());
        socket.on("ask", (ack) => query(ack));
      });
    });
    const client = clients.make().connect();
    expect(await received(client, "history")).toEqual(["rows"]);
    for (let n = 0; n < 3; n++) {
      for (let m = 0; m < 3; m++) await client.timeout(5_000).emitWithAck("noop");
      expect(await client.timeout(5_000).emitWithAck("ask")).toBe("rows");
    }
  });
});
