/**
 * Stands in for `socket.io` in an app's bundle: the same, but its `Server` opens no port, and the runtime
 * knows it from the moment it is made, wherever that is. `#socket.io` is the package itself
 * (`lib/compile.ts`).
 *
 * What `attach` leaves out is the real engine, and the listener that serves the client's script: the runtime
 * answers both kinds of requests (`runtime/events/http-request.ts`).
 */
import http = require("node:http");
import upstream = require("#socket.io");
import servers = require("../../runtime/app-servers/app-servers.js");
import engines = require("../../runtime/connection/engine.js");
import adapters = require("../../runtime/socket-io/foreign-adapters.js");

type Options = Partial<upstream.ServerOptions>;
type AdapterClass = Parameters<upstream.Server["adapter"]>[0];
/** What upstream takes for `http.Server`: it asks for no more than a method `listen`. */
type Target = undefined | number | string | upstream.Server["httpServer"];

class Server extends upstream.Server {
  constructor(...given: unknown[]) {
    super(...(adapters.withoutAdapter(given) as []));
    ensureEngine(this);
    servers.enterServer(this);
  }

  override attach(to: Target, options: Options = {}): this {
    // Upstream says what to pass instead of an Express app.
    if (typeof to === "function") return super.attach(to);
    const port = Number(to);
    this.httpServer = Number.isNaN(port) ? (to as upstream.Server["httpServer"]) : portServer(port);
    Object.assign(this._opts, { ...options, ...this._opts });
    if (options.path !== undefined) this.path(options.path);
    ensureEngine(this);
    return this;
  }

  override listen(to: Target, options?: Options): this {
    return this.attach(to, options);
  }

  override adapter(): AdapterClass;
  override adapter(given: AdapterClass): this;
  override adapter(given?: AdapterClass): AdapterClass | this {
    if (given === undefined) return super.adapter() as AdapterClass;
    if (adapters.isOwn(given)) return super.adapter(given);
    adapters.ignoreAdapter();
    return this;
  }

  override serveClient(): boolean;
  override serveClient(wanted: boolean): this;
  override serveClient(wanted?: boolean): boolean | this {
    if (wanted === undefined) return servers.servesScript(this);
    servers.serveScript(this, wanted);
    return this;
  }
}

/** `io.engine` is there from the start, as an app expects behind `attach`. */
function ensureEngine(io: upstream.Server): void {
  // What `bind` uses of an engine is an emitter of "connection".
  if (!io.engine) io.bind(new engines.Engine() as never);
}

/** As upstream makes it: nothing but Socket.IO answers there. */
function portServer(port: number): http.Server {
  const server = http.createServer((_request, response) => {
    response.writeHead(404);
    response.end();
  });
  servers.portServers.add(server);
  return server.listen(port);
}

const call = (to?: Target | Options, options?: Options) => new Server(to, options);

export = Object.assign(call, upstream, { Server });
