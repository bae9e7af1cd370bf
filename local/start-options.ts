import type { FaultOptions } from "./faults/fault-options.js";
import type { RequestWatcher } from "./front-door/front-door.js";
import type { FrameWatcher } from "./gateway/frame-watcher.js";
import type { OnLocalEvent } from "./local-event.js";
import type { StackChoice } from "./which-stack.js";

/** `project`, `app`, `cdkApp`, `order` and `stage` say which stack runs. */
export interface StartOptions extends StackChoice {
  /**
   * Variables for every function of the stack, over those of the template. This process's
   * own never get there.
   * @default {}
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Absolute path of a folder that is served at `/`, in front of the stack's front door where it has one. It
   * needs `socket.io-client`. @default the front door's page, or a text that says how to connect
   */
  readonly page?: string;
  /** Address to listen at; `0.0.0.0` lets other machines in. @default "127.0.0.1" */
  readonly host?: string;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /**
   * Environments that each function keeps, at least 1. An event that has waited for 0.2 s
   * gets one more, up to 50.
   * @default 2
   */
  readonly environments?: number;
  /**
   * Starts an environment when an event needs one, and gives each event a warm one where one is idle, as
   * Lambda does. Without it, all start ahead, and events spread over them. @default false
   */
  readonly onDemand?: boolean;
  /** What goes wrong, and how often, from a seed. `log` hears of each fault that strikes. @default nothing */
  readonly faults?: FaultOptions;
  /**
   * How long a minute of the template's schedules takes, in milliseconds, so that a heartbeat can be watched.
   * An app's `pingInterval` may then be as short. @default 60,000
   */
  readonly minuteMs?: number;
  /** Reads along what clients and functions say to each other. */
  readonly watcher?: FrameWatcher & RequestWatcher;
  /** Hears of everything that happens, in its order. Must not throw. */
  readonly log?: OnLocalEvent;
  /** Reloads by itself when a file changes that went into the functions or the template. @default false */
  readonly watch?: boolean;
  /**
   * Port for debuggers of the functions' threads, on 127.0.0.1; 0 takes a free one. Functions and
   * integrations then have no deadline, so that a handler may stand at a breakpoint. @default no debugger
   */
  readonly inspect?: number;
}
