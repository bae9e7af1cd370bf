/**
 * `Sec-WebSocket-Protocol`: what ws answers to an offer on Socket.IO's own server (`subprotocol.js`, ws 8).
 */
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { Contract } from "../contract.js";

const ENGINE_IO = "?EIO=4&transport=websocket";

export function subprotocols(contract: Contract): void {
  const { clients, can } = contract;

  /** Offers subprotocols as a browser does, and returns the one that is answered. */
  async function chosenOf(offer: string[], query: string): Promise<string> {
    const { url, path } = contract.target;
    const socket = new WebSocket(`${url}${path}${query}`, offer);
    await once(socket, "message");
    const { protocol } = socket;
    socket.terminate();
    return protocol;
  }

  /** The head of the answer to a handshake with these header lines, which no client library would send. */
  async function answerTo(...lines: string[]): Promise<string> {
    const { hostname, port } = new URL(contract.target.url);
    const socket = connectTcp(Number(port), hostname);
    const head = [
      `GET ${contract.target.path}${ENGINE_IO} HTTP/1.1`,
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: bm9uY2Utbm9uY2Utbm9uYw==",
      ...lines,
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    const [data] = await once(socket, "data");
    socket.destroy();
    return String(data).split("\r\n\r\n")[0] ?? "";
  }

  describe("subprotocols", () => {
    it("let a socket.io-client in that offers one", async () => {
      const client = await clients.join("/", { protocols: ["chat-v1"] });
      expect(await client.emitWithAck("echo", "hi")).toBe("hi");
    });

    it("are answered with the first that was offered", async () => {
      expect(await chosenOf(["chat-v1"], ENGINE_IO)).toBe("chat-v1");
      expect(await chosenOf(["b.2", "a~1", "c"], ENGINE_IO)).toBe("b.2");
    });

    it.runIf(can.additions)("are answered to a plain client as to any other", async () => {
      expect(await chosenOf(["chat-v1"], "")).toBe("chat-v1");
      expect(await chosenOf(["b.2", "a~1", "c"], "")).toBe("b.2");
    });

    it("are not answered where none is offered", async () => {
      const answer = await answerTo();
      expect(answer).toMatch(/^HTTP\/1\.1 101 /);
      expect(answer).not.toMatch(/^sec-websocket-protocol:/im);
    });

    it("are one offer where they come in several headers", async () => {
      const answer = await answerTo("Sec-WebSocket-Protocol: one , two", "Sec-WebSocket-Protocol: three");
      expect(answer).toMatch(/^HTTP\/1\.1 101 [\s\S]*^sec-websocket-protocol: one\r?$/im);
    });

    it("may be long", async () => {
      const name = "x".repeat(4_000);
      expect(await answerTo(`Sec-WebSocket-Protocol: ${name}, y`)).toContain(`Protocol: ${name}`);
    });

    it.each([
      "",
      ",",
      "one,",
      ",one",
      "one,,two",
      "one two",
      'on"e',
      "one;q=1",
      "one, one",
      "öne",
      "(one)",
      "o/ne",
    ])("are refused with 400 where the offer is %j", async (offer) => {
      expect(await answerTo(`Sec-WebSocket-Protocol: ${offer}`)).toMatch(/^HTTP\/1\.1 400 /);
    });
  });
}
