/**
 * The Socket.IO protocol, revision 5, over WebSocket, packet by packet, from its
 * specification (socket.io/docs/v4/socket-io-protocol); malformed packets as socket.io-parser
 * 4.2 and `client.ts` of socket.io 4.8 take them.
 */
import { describe, expect, it } from "vitest";
import type { Frames } from "../../support/clients.js";
import type { Contract } from "../contract.js";

const ENGINE_IO = "?EIO=4&transport=websocket";
const ATTACHMENT = { _placeholder: true, num: 0 };

export function socketIoProtocol({ clients }: Contract): void {
  /** After the open packet. */
  async function opened(): Promise<Frames> {
    const frames = await clients.frames(ENGINE_IO);
    await frames.next();
    return frames;
  }

  /** Connected to the namespace: the app's "auth" is read. */
  async function join(frames: Frames, namespace = "/"): Promise<string> {
    frames.send(namespace === "/" ? "40" : `40${namespace},`);
    const answer = await frames.next();
    expect(await frames.next()).toBe(namespace === "/" ? '42["auth",{}]' : `42${namespace},["auth",{}]`);
    return JSON.parse(answer.slice(answer.indexOf("{"))).sid;
  }

  async function connected(): Promise<Frames> {
    const frames = await opened();
    await join(frames);
    return frames;
  }

  describe("CONNECT", () => {
    it("to the main namespace is answered with the socket's id alone", async () => {
      const frames = await opened();
      frames.send("40");
      const answer = await frames.next();
      expect(answer).toMatch(/^40\{/);
      const payload = JSON.parse(answer.slice(2));
      expect(payload).toEqual({ sid: expect.stringMatching(/^.{20}$/) });
      expect(await frames.next()).toBe('42["auth",{}]');
    });

    it("carries the auth payload", async () => {
      const frames = await opened();
      frames.send('40{"token":"123"}');
      await frames.next();
      expect(await frames.next()).toBe('42["auth",{"token":"123"}]');
    });

    it("to another namespace, with and without the comma", async () => {
      for (const packet of ["40/custom,", "40/custom"]) {
        const frames = await opened();
        frames.send(packet);
        expect(await frames.next()).toMatch(/^40\/custom,\{"sid":"[^"]+"\}$/);
        expect(await frames.next()).toBe('42/custom,["auth",{}]');
      }
    });

    it("to another namespace with an auth payload", async () => {
      const frames = await opened();
      frames.send('40/custom,{"token":"abc"}');
      expect(await frames.next()).toMatch(/^40\/custom,\{/);
      expect(await frames.next()).toBe('42/custom,["auth",{"token":"abc"}]');
    });

    it("needs no connection to the main namespace first, and gives each namespace its own id", async () => {
      const frames = await opened();
      const custom = await join(frames, "/custom");
      const main = await join(frames);
      expect(main).not.toBe(custom);
    });

    it("has ids that differ from the Engine.IO session's", async () => {
      const frames = await clients.frames(ENGINE_IO);
      const { sid } = JSON.parse((await frames.next()).slice(1));
      expect(await join(frames)).not.toBe(sid);
    });

    it("to an unknown namespace is answered with CONNECT_ERROR, and the connection lives on", async () => {
      const frames = await opened();
      frames.send("40/random");
      expect(await frames.next()).toBe('44/random,{"message":"Invalid namespace"}');
      await join(frames);
    });

    it("twice to one namespace closes the connection", async () => {
      const frames = await connected();
      frames.send("40");
      await frames.closed;
    });

    for (const packet of ['40"text"', "40[1]", "40null", "40{", "40abc"]) {
      it(`with a payload that is no object, such as ${packet}, closes the connection`, async () => {
        const frames = await opened();
        frames.send(packet);
        await frames.closed;
        expect(frames.unread).toEqual([]);
      });
    }
  });

  describe("EVENT", () => {
    it("goes both ways with its arguments", async () => {
      const frames = await connected();
      frames.send('42["echo",1,"2",{"3":[true,null]},"日本語 😀"]');
      expect(await frames.next()).toBe('42["echoed",1,"2",{"3":[true,null]},"日本語 😀"]');
    });

    it("in a namespace stays in it", async () => {
      const frames = await connected();
      await join(frames, "/custom");
      frames.send('42/custom,["echo","there"]');
      expect(await frames.next()).toBe('42/custom,["echoed","there"]');
    });

    it("may have a number for a name", async () => {
      const frames = await connected();
      frames.send('42[7,"nobody listens"]');
      frames.send('42["echo"]');
      expect(await frames.next()).toBe('42["echoed"]');
    });

    it("with an ack id is answered by an ACK with that id", async () => {
      const frames = await connected();
      frames.send('42456["echo",1,{"2":true}]');
      expect(await frames.next()).toBe('43456[1,{"2":true}]');
      frames.send('420["echo"]');
      expect(await frames.next()).toBe("430[]");
    });

    it("with an ack id in a namespace", async () => {
      const frames = await opened();
      await join(frames, "/custom");
      frames.send('42/custom,12["echo","x"]');
      expect(await frames.next()).toBe('43/custom,12["x"]');
    });
  });

  describe("ACK of the client", () => {
    it("answers the server's event", async () => {
      const frames = await connected();
      frames.send('42["ask","how",{"are":"you"}]');
      const question = /^42(\d+)\["question","how",\{"are":"you"\}\]$/.exec(await frames.next());
      frames.send(`43${question?.[1]}["fine",null]`);
      expect(await frames.next()).toBe('42["answered","fine",null]');
    });

    it("answers in its namespace", async () => {
      const frames = await opened();
      await join(frames, "/custom");
      frames.send('42/custom,["ask"]');
      const question = /^42\/custom,(\d+)\["question"\]$/.exec(await frames.next());
      frames.send(`43/custom,${question?.[1]}[]`);
      expect(await frames.next()).toBe('42/custom,["answered"]');
    });

    it("that nobody waits for is ignored", async () => {
      const frames = await connected();
      frames.send('43123456["what?"]');
      frames.send('42["echo"]');
      expect(await frames.next()).toBe('42["echoed"]');
    });
  });

  describe("DISCONNECT", () => {
    it("of one namespace leaves the others", async () => {
      const frames = await connected();
      await join(frames, "/custom");
      frames.send("41/custom,");
      frames.send('42["echo","still here"]');
      expect(await frames.next()).toBe('42["echoed","still here"]');
    });

    it("of a namespace lets the client come again, as another socket", async () => {
      const frames = await opened();
      const before = await join(frames, "/custom");
      await join(frames);
      frames.send("41/custom,");
      frames.send('42["echo"]');
      await frames.next();
      // The two events above may run side by side, so the namespace is asked until it lets the client in: a
      // CONNECT that comes too early would close the connection.
      let isGone = false;
      while (!isGone) {
        frames.send(
          `421["run",[{"target":"io","steps":[{"member":"of","args":["/custom"]},{"member":"in","args":["${before}"]},{"member":"fetchSockets","args":[]}]}]]`,
        );
        isGone = (await frames.next()) === '431[{"results":[[]]}]';
      }
      expect(await join(frames, "/custom")).not.toBe(before);
    });

    it("of the only namespace leaves the connection open", async () => {
      const frames = await opened();
      await join(frames, "/custom");
      frames.send("41/custom,");
      await join(frames);
    });
  });

  describe("a packet out of place closes the connection", () => {
    for (const packet of [
      '42["echo"]',
      '420["echo"]',
      '430["x"]',
      "41",
      '44{"message":"x"}',
      "42/custom,[]",
    ]) {
      it(`before any CONNECT: ${packet}`, async () => {
        const frames = await opened();
        frames.send(packet);
        await frames.closed;
        expect(frames.unread).toEqual([]);
      });
    }

    it("to a namespace that this client has not joined", async () => {
      const frames = await connected();
      frames.send('42/custom,["echo"]');
      await frames.closed;
      expect(frames.unread).toEqual([]);
    });

    it("CONNECT_ERROR from a client", async () => {
      const frames = await connected();
      frames.send('44{"message":"x"}');
      await frames.closed;
    });
  });

  describe("a malformed packet closes the connection", () => {
    const malformed = {
      "an unknown type": '49["echo"]',
      "no type": "4",
      "no type but text": "4abc",
      "JSON that does not parse": '42["echo"',
      "an event without a name": "42[]",
      "an event whose name is an object": '42[{"a":1}]',
      "an event that is no array": '42{"a":1}',
      "an ack that is no array": '430{"a":1}',
      "a reserved name: connect": '42["connect"]',
      "a reserved name: connect_error": '42["connect_error"]',
      "a reserved name: disconnect": '42["disconnect"]',
      "a reserved name: disconnecting": '42["disconnecting"]',
      "a reserved name: newListener": '42["newListener"]',
      "a reserved name: removeListener": '42["removeListener"]',
      "DISCONNECT with a payload": '41{"a":1}',
      "binary without a number of attachments": '45["echo"]',
      "binary with a negative number of attachments": '45-1-["echo"]',
      "binary with a broken number of attachments": '451.5-["echo"]',
      "binary with no attachment": '450-["echo"]',
      "binary with more than ten attachments": '4511-["echo"]',
    };
    for (const [what, packet] of Object.entries(malformed)) {
      it(what, async () => {
        const frames = await connected();
        frames.send(packet);
        await frames.closed;
        expect(frames.unread).toEqual([]);
      });
    }
  });

  describe("binary", () => {
    it("BINARY_EVENT goes out with its attachments behind it, in base64", async () => {
      const frames = await connected();
      frames.send('42["send bytes"]');
      expect(await frames.next()).toBe(
        '452-["bytes",{"_placeholder":true,"num":0},{"nested":[{"_placeholder":true,"num":1}]}]',
      );
      expect(await frames.next()).toBe("bAQID");
      expect(await frames.next()).toBe("bBAU=");
    });

    it("BINARY_EVENT goes out in a broadcast, its parts in order", async () => {
      const frames = await opened();
      const sid = await join(frames);
      for (const _ of [1, 2]) {
        frames.send(`42["say bytes","${sid}"]`);
        expect(await frames.next()).toMatch(/^452-\["bytes",/);
        expect(await frames.next()).toBe("bAQID");
        expect(await frames.next()).toBe("bBAU=");
      }
    });

    it("BINARY_ACK goes out", async () => {
      const frames = await connected();
      frames.send('425["reply with bytes"]');
      expect(await frames.next()).toBe('461-5[{"_placeholder":true,"num":0}]');
      expect(await frames.next()).toBe("bBgc=");
    });

    it("BINARY_EVENT comes in, with its attachments in base64", async () => {
      const frames = await connected();
      frames.send(`451-7["look at bytes",${JSON.stringify(ATTACHMENT)}]`);
      frames.send("bAQID");
      expect(await frames.next()).toBe("437[[1,2,3]]");
    });

    it("BINARY_EVENT comes in with several attachments, and goes back the same", async () => {
      const frames = await connected();
      const args = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
      frames.send(`452-["echo",${args}]`);
      frames.send("bAQID");
      frames.send("bBAUG");
      expect(await frames.next()).toBe(`452-["echoed",${args}]`);
      expect(await frames.next()).toBe("bAQID");
      expect(await frames.next()).toBe("bBAUG");
    });

    it("BINARY_ACK comes in", async () => {
      const frames = await connected();
      frames.send('42["ask"]');
      const question = /^42(\d+)\["question"\]$/.exec(await frames.next());
      frames.send(`461-${question?.[1]}[${JSON.stringify(ATTACHMENT)}]`);
      frames.send("bAQID");
      expect(await frames.next()).toMatch(/^451-\["answered",/);
      expect(await frames.next()).toBe("bAQID");
    });
  });
}
