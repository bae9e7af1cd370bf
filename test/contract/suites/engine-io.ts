/**
 * The Engine.IO protocol, revision 4, over WebSocket, packet by packet, from its specification
 * (socket.io/docs/v4/engine-io-protocol) and, where that leaves it open, from what engine.io 6.6 does.
 */

import { describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { Frames } from "../../support/clients.js";
import type { Contract } from "../contract.js";

const ENGINE_IO = "?EIO=4&transport=websocket";

export function engineIoProtocol(contract: Contract): void {
  const { clients, can } = contract;

  /** After the open packet. */
  async function opened(): Promise<Frames> {
    const frames = await clients.frames(ENGINE_IO);
    await frames.next();
    return frames;
  }

  /** The connection still answers: an ack comes. */
  async function expectAlive(frames: Frames): Promise<void> {
    frames.send("40");
    await frames.next();
    await frames.next(); // the app's "auth"
    frames.send('420["echo","alive"]');
    expect(await frames.next()).toBe('430["alive"]');
  }

  /** Status and body of a handshake that is refused. */
  function refused(query: string, headers: Record<string, string> = {}): Promise<number> {
    const { url, path } = contract.target;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}${path}${query}`, { headers });
      socket.once("unexpected-response", (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.once("open", () => {
        socket.terminate();
        reject(new Error(`${query} is let in.`));
      });
      socket.once("error", reject);
    });
  }

  describe("Engine.IO handshake", () => {
    it("starts with an open packet that has the session's settings and nothing to upgrade to", async () => {
      const frames = await clients.frames(ENGINE_IO);
      const frame = await frames.next();
      expect(frame[0]).toBe("0");
      const settings = JSON.parse(frame.slice(1));
      expect(Object.keys(settings).sort()).toEqual([
        "maxPayload",
        "pingInterval",
        "pingTimeout",
        "sid",
        "upgrades",
      ]);
      expect(settings).toMatchObject({
        sid: expect.stringMatching(/./),
        upgrades: [],
        pingInterval: expect.any(Number),
        pingTimeout: expect.any(Number),
        maxPayload: expect.any(Number),
      });
      expect(Math.min(settings.pingInterval, settings.pingTimeout, settings.maxPayload)).toBeGreaterThan(0);
    });

    it("gives each connection a session id of its own", async () => {
      const all = await Promise.all([1, 2, 3].map(() => clients.frames(ENGINE_IO)));
      const sids = await Promise.all(
        all.map(async (frames) => JSON.parse((await frames.next()).slice(1)).sid),
      );
      expect(new Set(sids).size).toBe(3);
    });

    it("sends nothing but the open packet before the client speaks", async () => {
      const frames = await opened();
      frames.send("40");
      expect(await frames.next()).toMatch(/^40\{/);
    });

    // engine.io, which can be told to serve revision 3, lets such a client in first, and then closes.
    it.runIf(can.additions)("refuses another protocol version with 400, at the door", async () => {
      expect(await refused("?EIO=3&transport=websocket")).toBe(400);
      expect(await refused("?EIO=abc&transport=websocket")).toBe(400);
      expect(await refused("?EIO=&transport=websocket")).toBe(400);
    });

    it("refuses a missing or unknown transport with 400", async () => {
      expect(await refused("?EIO=4")).toBe(400);
      expect(await refused("?EIO=4&transport=abc")).toBe(400);
    });

    it.runIf(can.additions)("refuses HTTP long-polling, which does not exist here, with 400", async () => {
      expect(await refused("?EIO=4&transport=polling")).toBe(400);
    });

    it("refuses a session id with 400: there is no session to upgrade", async () => {
      expect(await refused(`${ENGINE_IO}&sid=unknown`)).toBe(400);
    });
  });

  describe("Engine.IO packets", () => {
    it("message: goes to Socket.IO", async () => {
      await expectAlive(await opened());
    });

    it("pong: is taken, and nothing answers it", async () => {
      const frames = await opened();
      frames.send("3");
      await expectAlive(frames);
    });

    it("pong with data: is a pong", async () => {
      const frames = await opened();
      frames.send("3probe");
      await expectAlive(frames);
    });

    it("upgrade and noop: mean nothing over WebSocket, and nothing answers them", async () => {
      const frames = await opened();
      frames.send("5");
      frames.send("6");
      await expectAlive(frames);
    });

    // engine.io 6.6 itself ignores it over WebSocket and closes at the next missing pong,
    // which here may be hours away.
    it.runIf(can.additions)("close: ends the connection", async () => {
      const frames = await opened();
      frames.send("1");
      await frames.closed;
      expect(frames.unread).toEqual([]);
    });

    it("ping: is the server's to send, so the connection is closed", async () => {
      const frames = await opened();
      frames.send("2");
      await frames.closed;
      expect(frames.unread).toEqual([]);
    });

    for (const frame of ["abc", "7", "9", "{}", " 40"]) {
      it(`an unknown packet type, such as in ${JSON.stringify(frame)}, closes the connection`, async () => {
        const frames = await opened();
        frames.send(frame);
        await frames.closed;
        expect(frames.unread).toEqual([]);
      });
    }

    it.runIf(can.additions)(
      "a binary WebSocket frame closes the connection with 1003, as API Gateway does",
      async () => {
        const frames = await opened();
        frames.socket.send(Buffer.from([1, 2, 3]));
        expect((await frames.closed).code).toBe(1003);
      },
    );
  });
}
