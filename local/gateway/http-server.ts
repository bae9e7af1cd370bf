import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { ListenError, PortInUseError } from "./errors.js";

/** What answers the requests of one stage. */
export interface StageDoor {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
}

/**
 * SDK clients keep sockets alive through a frozen Lambda: Node's 5 s would close them in
 * the middle of a reuse.
 */
const KEEP_ALIVE_MS = 65_000;

/**
 * One port for the APIs behind it. The first segment of a request's path is the stage and selects the API;
 * what names no stage goes to the front, or else to the first API. An upgrade names a stage only where that
 * is its whole path.
 */
export class HttpServer {
  readonly port: number;
  /** `host:port` for clients on this machine. */
  readonly authority: string;
  readonly #server: Server;
  readonly #doors: Map<string, StageDoor>;
  /** What answers for the whole port, but for the stages' own paths. */
  front: StageDoor | undefined;

  private constructor(server: Server, doors: Map<string, StageDoor>, host: string) {
    this.#server = server;
    this.#doors = doors;
    this.port = (server.address() as AddressInfo).port;
    this.authority = `${connectableHost(host)}:${this.port}`;
  }

  /**
   * @throws PortInUseError if another program has the port
   * @throws ListenError if the address cannot be bound for another reason
   */
  static async listen(port: number, host: string): Promise<HttpServer> {
    const doors = new Map<string, StageDoor>();
    const find = ({ url = "" }: IncomingMessage, stagePath: RegExp): StageDoor | undefined => {
      const stage = stagePath.exec(url)?.[1] ?? "";
      return doors.get(stage) ?? made?.front ?? doors.values().next().value;
    };
    const server = createServer((request, response) =>
      find(request, BELOW_STAGE)?.request(request, response),
    );
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on("upgrade", (request, stream, head) =>
      find(request, STAGE_ITSELF)?.upgrade(request, stream, head),
    );
    await bind(server, port, host);
    const made = new HttpServer(server, doors, host);
    return made;
  }

  has(stage: string): boolean {
    return this.#doors.has(stage);
  }

  door(stage: string): StageDoor | undefined {
    return this.#doors.get(stage);
  }

  add(stage: string, door: StageDoor): void {
    this.#doors.set(stage, door);
  }

  /** Takes a stage off the port. The last one takes the port with it: then no new connection is let in. */
  async remove(stage: string, endConnections: () => Promise<void>): Promise<void> {
    const isLast = this.#doors.size === 1;
    const closed = isLast
      ? new Promise<void>((resolve) => this.#server.close(() => resolve()))
      : Promise.resolve();
    await endConnections();
    this.#doors.delete(stage);
    if (isLast) this.#server.closeAllConnections();
    await closed;
  }
}

const BELOW_STAGE = /^\/([^/?#]*)/;
const STAGE_ITSELF = /^\/([^/?#]*)\/?(?:[?#]|$)/;

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE";
      reject(isTaken ? new PortInUseError(port, { cause }) : new ListenError(host, port, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

/** A wildcard address listens everywhere but is nowhere to connect to. */
function connectableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
