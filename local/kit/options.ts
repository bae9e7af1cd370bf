/** What the test kit takes and gives. */
import type { EmitterOptions } from "../../runtime/emitter/emitter.js";
import type { HandlerOptions } from "../../runtime/handlers.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import type { TimerOptions } from "../../runtime/user-code/timer-options.js";
import type { FaultControl, FaultOptions, OnFault } from "../faults/fault-options.js";
import type { RequestWatcher } from "../front-door/front-door.js";
import type { FrameWatcher } from "../gateway/frame-watcher.js";
import type { Gateway, GatewayLimits } from "../gateway/gateway.js";

export interface ServeOptions {
  /**
   * Keeps nothing between two events, as Lambda may: what works then works there. `false` keeps
   * sockets in memory, as an ordinary server does: an app that passes its tests only then relies
   * on closures or module state. @default true
   */
  readonly cold?: boolean;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Name of the stage, which is the path. @default "prod" */
  readonly stage?: string;
  /** AWS's quotas unless changed. */
  readonly limits?: Partial<GatewayLimits>;
  /**
   * Pings every so many milliseconds, as the schedule does every some minutes; the options of `new Server`
   * are then not looked at. @default no pings but those of `heartbeat()`
   */
  readonly pingInterval?: number;
  /** How long a client may take to answer a ping, in milliseconds. @default 20,000 */
  readonly pingTimeout?: number;
  /** Which timers an event waits for. @default as deployed: for those of up to 5 s */
  readonly timers?: TimerOptions;
  /** What goes wrong, and how often, from a seed. @default nothing */
  readonly faults?: FaultOptions;
  /** Hears of each fault that strikes. Must not throw. */
  readonly onFault?: OnFault;
}

export interface LocalTables {
  /** The server's own client. */
  readonly client: DynamoClient;
  /** For a client of the SDK, with any credentials: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Their names. */
  readonly connections: string;
  readonly rooms: string;
}

export interface LocalServer {
  /** For `io(url)`, with any transport: `ws://127.0.0.1:PORT`. */
  readonly url: string;
  /** For `io(url, { path, transports: ["websocket"] })`, as without a front door: `/prod`. */
  readonly path: string;
  /** For `new WebSocket(…)`: `ws://127.0.0.1:PORT/prod`. */
  readonly plainUrl: string;
  /**
   * To list the open connections, lose one as the network would (`drop`), or jump the clock
   * past a limit (`advance`).
   */
  readonly gateway: Gateway;
  /** The tables, to look into what is stored. */
  readonly tables: LocalTables;
  /** Reaches this server from code that emits elsewhere: `new Emitter(server.emitter)`. */
  readonly emitter: EmitterOptions;
  /** Changes what goes wrong, or ends it. */
  readonly faults: FaultControl;
  /** Runs the heartbeat once, now. */
  heartbeat(): Promise<void>;
  /**
   * So many minutes pass for `every` and `after`: runs what is due in each, and resolves when it has run. The
   * clock of everything else stays, and nobody is pinged. @default 1
   */
  tick(minutes?: number): Promise<void>;
  /** Resolves when no event runs any more, but for GETs of clients that poll. */
  settled(): Promise<void>;
  /** Closes all clients with 1001 and ends everything that was started. */
  close(): Promise<void>;
}

/** The app function of the kit. */
export interface KitApp {
  /** Where Socket.IO is: `/socket.io`. */
  readonly path: string;
  /** Called once, before any event. */
  handler(options: HandlerOptions): (event: object) => Promise<unknown>;
}

/** `cold` and the options of pings are the app's own business. */
export interface KitOptions extends Omit<ServeOptions, "cold" | "pingTimeout"> {
  /** Reads along what clients and the app say to each other. */
  readonly watcher?: FrameWatcher & RequestWatcher;
}
