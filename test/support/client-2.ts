/** The real `socket.io-client` of version 2, which has no types of its own. */
import { createRequire } from "node:module";
import type { Door } from "./clients.js";

export interface Client2 {
  /** `undefined` while it is not connected. */
  readonly id?: string;
  readonly connected: boolean;
  readonly io: {
    readonly engine: {
      readonly id: string;
      close(): void;
      on(event: string, listener: (...args: unknown[]) => void): void;
    };
  };
  on(event: string, listener: (...args: never[]) => void): this;
  once(event: string, listener: (...args: never[]) => void): this;
  emit(event: string, ...args: unknown[]): this;
  connect(): this;
  disconnect(): this;
}

export interface Client2Options {
  readonly query?: Readonly<Record<string, string>>;
  readonly forceBase64?: boolean;
  /** Whether namespaces share a connection. Default: each has its own. */
  readonly forceNew?: boolean;
}

const connect: (url: string, options: object) => Client2 = createRequire(import.meta.url)(
  "socket.io-client-2",
);

/** Closed by `close`. */
export class Clients2 {
  readonly #made: Client2[] = [];

  constructor(private readonly door: () => Pick<Door, "url" | "path">) {}

  make(namespace = "/", options: Client2Options = {}): Client2 {
    const { url, path } = this.door();
    const settings = { path, transports: ["websocket"], reconnection: false, forceNew: true };
    const client = connect(url + namespace, { ...settings, ...options });
    this.#made.push(client);
    return client;
  }

  /** Resolves when it is connected; rejects with what its `error` says. */
  async join(namespace?: string, options?: Client2Options): Promise<Client2> {
    const client = this.make(namespace, options);
    await new Promise<void>((resolve, reject) => {
      client.once("connect", resolve);
      client.once("error", reject);
      client.once("connect_error", reject);
    });
    return client;
  }

  close(): void {
    for (const client of this.#made.splice(0)) client.disconnect();
  }
}

/** The arguments of its next such event. */
export function heard(client: Client2, event: string): Promise<unknown[]> {
  return new Promise((resolve) => client.once(event, (...args: unknown[]) => resolve(args)));
}

/** What its server answers. */
export function asked(client: Client2, event: string, ...args: unknown[]): Promise<unknown[]> {
  return new Promise((resolve) => client.emit(event, ...args, (...answer: unknown[]) => resolve(answer)));
}
