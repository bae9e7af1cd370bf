/** Clients for tests: they wait for events, not for time, and close when the test's world does. */
import { once } from "node:events";
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import WebSocket from "ws";

/** Where the clients go: the in-process kit or the whole local stack. */
export interface Door {
  /** `ws://127.0.0.1:PORT` */
  readonly url: string;
  /** `/prod` */
  readonly path: string;
  /** Of each client, unless it says otherwise. @default `transports: ["websocket"]` */
  readonly clientOptions?: Partial<ManagerOptions>;
}

export class Clients {
  readonly #closers: (() => void)[] = [];

  constructor(private readonly door: () => Door) {}

  /**
   * A real `socket.io-client`, not yet connected. A connection of its own unless `multiplex` says otherwise.
   */
  make(namespace = "/", options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
    const { url, path, clientOptions = { transports: ["websocket"] } } = this.door();
    const socket = connect(url + namespace, {
      path,
      ...clientOptions,
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      ...options,
    });
    this.#closers.push(() => socket.disconnect());
    return socket;
  }

  /** A real `socket.io-client` that is connected. */
  async join(namespace = "/", options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Socket> {
    const socket = this.make(namespace, options);
    socket.connect();
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    return socket;
  }

  /** A bare WebSocket, open. Its frames are buffered, so none is missed. */
  async frames(query = "", options: WebSocket.ClientOptions = {}): Promise<Frames> {
    const { url, path } = this.door();
    const socket = new WebSocket(`${url}${path}${query}`, options);
    const frames = new Frames(socket);
    this.#closers.push(() => socket.terminate());
    await once(socket, "open");
    return frames;
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }
}

/**
 * The frames of a bare WebSocket, in order. A binary one stands as Engine.IO's text for it: `b` and base64.
 */
export class Frames {
  readonly #received: string[] = [];
  #wasOpened = false;
  readonly #waiting: ((frame: string) => void)[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor(readonly socket: WebSocket) {
    socket.on("message", (data: Buffer, isBinary) => {
      const frame = isBinary ? `b${data.toString("base64")}` : String(data);
      // Lambda may greet twice; engine.io-client takes no notice of a second open packet.
      const isOpenPacket = frame.startsWith("0{");
      if (isOpenPacket && this.#wasOpened) return;
      this.#wasOpened ||= isOpenPacket;
      const waiter = this.#waiting.shift();
      if (waiter) waiter(frame);
      else this.#received.push(frame);
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  send(frame: string | object): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The next frame, which may have come already. */
  next(): Promise<string> {
    const frame = this.#received.shift();
    return frame === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(frame);
  }

  async nextJson(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.next());
  }

  /** A plain client's greeting. What others do may come before it: the client is in its room already. */
  async greeting(): Promise<Record<string, unknown>> {
    for (;;) {
      const message = await this.nextJson();
      if (message.event === "connect") return message;
    }
  }

  /** Frames that came and that nobody asked for. */
  get unread(): readonly string[] {
    return this.#received;
  }
}

/** The arguments of the next such event. */
export function received(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...args: unknown[]) => resolve(args)));
}
