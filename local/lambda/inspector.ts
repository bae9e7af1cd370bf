/**
 * The debugger's door to the functions' threads. Each thread has an inspector of its own, on a port
 * that nobody can know ahead; this lists them all at one port, as Node does for itself, and passes
 * each debugger on to the thread that it asks for. Source: chromedevtools.github.io/devtools-protocol
 * (HTTP endpoints), nodejs.org/api/inspector.html
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { InspectorError } from "../errors.js";

interface Target {
  readonly title: string;
  /** The thread's own inspector: `ws://127.0.0.1:PORT/ID`. */
  readonly url: URL;
  /** The debuggers that are attached. */
  readonly debuggers: Set<Duplex>;
}

/** As Node: a debugger runs any code, so nobody on the network reaches it. */
const HOST = "127.0.0.1";

export class Inspector {
  readonly #server: Server;
  readonly #targets = new Map<string, Target>();
  #first = "";

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#passOn(request, socket, head));
  }

  /** 0 takes a free port. @throws InspectorError where the port is in use */
  static async start(port: number): Promise<Inspector> {
    const inspector = new Inspector();
    const server = inspector.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(new InspectorError(port, { cause })));
      server.listen(port, HOST, resolve);
    });
    return inspector;
  }

  /** `127.0.0.1:9229`, as debuggers take it. */
  get address(): string {
    return `${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Lists the threads of this function first: some debuggers attach to the first target and ask no further.
   */
  prefer(title: string): void {
    this.#first = title;
  }

  /**
   * Lists a thread, by its function's name. The function that this returns takes it off the
   * list and detaches its debuggers, which a thread must see before it can be ended: one that
   * stands at a breakpoint hears nothing else.
   */
  add(title: string, url: string): () => void {
    const target: Target = { title, url: new URL(url), debuggers: new Set() };
    const id = target.url.pathname.slice(1);
    this.#targets.set(id, target);
    return () => {
      this.#targets.delete(id);
      for (const socket of target.debuggers) socket.destroy();
    };
  }

  async close(): Promise<void> {
    for (const { debuggers } of this.#targets.values()) for (const socket of debuggers) socket.destroy();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer({ url, headers }: IncomingMessage, response: ServerResponse): void {
    if (!isOfThisMachine(headers.host)) return void response.writeHead(400).end();
    const answers: Record<string, () => unknown> = {
      "/json": () => this.#list(),
      "/json/list": () => this.#list(),
      "/json/version": () => ({ Browser: `node.js/${process.version}`, "Protocol-Version": "1.1" }),
    };
    const answer = answers[(url ?? "").replace(/(?<=.)\/$/, "")];
    if (!answer) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": "application/json; charset=UTF-8" });
    response.end(JSON.stringify(answer(), undefined, 2));
  }

  #list(): unknown[] {
    const targets = [...this.#targets];
    const byPreference = [
      ...targets.filter(([, { title }]) => title === this.#first),
      ...targets.filter(([, { title }]) => title !== this.#first),
    ];
    return byPreference.map(([id, { title }]) => {
      const where = `${this.address}/${id}`;
      return {
        description: "a thread of a function",
        devtoolsFrontendUrl: `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${where}`,
        id,
        title,
        type: "node",
        url: "",
        webSocketDebuggerUrl: `ws://${where}`,
      };
    });
  }

  /**
   * Byte for byte: the thread's inspector answers the handshake, and refuses hosts and ids
   * that it does not know.
   */
  #passOn(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = this.#targets.get((request.url ?? "").slice(1));
    socket.on("error", () => {}); // its close follows
    if (!target) return void socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    const thread = connect(Number(target.url.port), target.url.hostname);
    const { rawHeaders } = request;
    const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? `${name}: ${rawHeaders[i + 1]}` : []));
    thread.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    thread.write(head);
    thread.on("error", () => socket.destroy());
    target.debuggers.add(socket);
    socket.once("close", () => {
      target.debuggers.delete(socket);
      thread.destroy();
    });
    thread.once("close", () => socket.destroy());
    socket.pipe(thread).pipe(socket);
  }
}

/** A page of the internet whose name resolves to this machine must not get in (DNS rebinding). */
function isOfThisMachine(host = ""): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isIP(name) > 0;
}
