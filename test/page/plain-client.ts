import { once } from "node:events";
import { WebSocket } from "ws";

/** What the plain JSON protocol sends to a client. */
export interface PlainMessage {
  event?: string;
  ack?: number;
  data?: unknown[];
  error?: { message: string; code: string };
}

/**
 * A bare `ws` client that talks the plain JSON protocol, as a person at `wscat` would. It misses no message.
 */
export class PlainClient {
  readonly received: PlainMessage[] = [];
  #waiting: (() => void)[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (frame) => {
      this.received.push(JSON.parse(String(frame)));
      for (const look of this.#waiting.splice(0)) look();
    });
  }

  /** Connects and waits until the server has connected it to `/`. */
  static async connect(url: string): Promise<PlainClient> {
    const client = new PlainClient(new WebSocket(url));
    await once(client.socket, "open");
    await client.next(({ event }) => event === "connect");
    return client;
  }

  /** Sends an action and waits for its ack. */
  async ask(action: string, ...data: unknown[]): Promise<unknown> {
    const id = this.received.length + 1000;
    this.socket.send(JSON.stringify({ action, data, id }));
    return (await this.next(({ ack }) => ack === id)).data?.[0];
  }

  /** The first message like this, received already or still to come. */
  async next(isIt: (message: PlainMessage) => boolean): Promise<PlainMessage> {
    for (;;) {
      const found = this.received.find(isIt);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.socket.close();
  }
}
