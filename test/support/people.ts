/**
 * Three kinds of clients of the example app, each as the other programs of its kind are,
 * and one way to talk to all.
 */
import { once } from "node:events";
import type { Socket } from "socket.io-client";
import WebSocket from "ws";
import { Clients, type Door } from "./clients.js";
import { Heard } from "./heard.js";
import { PlainSpeaker } from "./plain-speaker.js";
import { Wscat } from "./wscat.js";

export interface Person {
  /** The socket's id. */
  readonly id: string;
  /** Every event of the server, in order. */
  readonly heard: Heard;
  /** Sends an event that wants an ack, and resolves with it. */
  ask(event: string, ...args: unknown[]): Promise<unknown>;
  /** Goes as a program of this kind goes, and resolves when it is gone. */
  leave(): Promise<void>;
}

/** How each kind of client joins a namespace; `auth` is what it shows there. Who is refused is gone. */
export const PEOPLE: Readonly<Record<string, (door: Door, nsp?: string, auth?: object) => Promise<Person>>> =
  {
    async "socket.io-client"(door, nsp = "/", auth = {}) {
      const clients = new Clients(() => door);
      const socket = clients.make(nsp, { auth });
      const heard = new Heard(socket);
      const leave = async () => clients.close();
      await connected(socket).catch(afterwards(leave));
      return {
        id: socket.id ?? "",
        heard,
        ask: (event, ...args) => socket.emitWithAck(event, ...args),
        leave,
      };
    },

    wscat(door, nsp, auth) {
      const program = Wscat.start([door.url + door.path]);
      const speaker = new PlainSpeaker((line) => program.type(line));
      program.onLine((line) => speaker.receive(line));
      return plainPerson(speaker, nsp, auth, async () => void (await program.pressCtrlD()));
    },

    "bare ws"(door, nsp, auth) {
      const socket = new WebSocket(door.url + door.path);
      const speaker = new PlainSpeaker((line) => socket.send(line));
      socket.on("message", (data) => speaker.receive(String(data)));
      const closed = once(socket, "close");
      return plainPerson(speaker, nsp, auth, async () => {
        socket.close();
        await closed;
      });
    },
  };

async function plainPerson(
  speaker: PlainSpeaker,
  nsp: string | undefined,
  auth: object | undefined,
  leave: () => Promise<void>,
): Promise<Person> {
  const id = await speaker.join(nsp, auth).catch(afterwards(leave));
  return { id, heard: speaker.heard, ask: (event, ...args) => speaker.ask(event, ...args), leave };
}

function afterwards(leave: () => Promise<void>) {
  return async (error: unknown): Promise<never> => {
    await leave();
    throw error;
  };
}

async function connected(socket: Socket): Promise<void> {
  socket.connect();
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
}
