import { Encoder, type Packet } from "socket.io-parser";
import { type AppCallOptions, appCall } from "./app-call.js";
import { AppLink } from "./app-link.js";
import { BroadcastOperator, type EmitterParts } from "./broadcast-operator.js";
import type { DefaultEventsMap, EventsMap } from "./types.js";

export interface EmitterOptions extends AppCallOptions {
  /** The parser of the app's own `new Server({ parser })`. @default Socket.IO's */
  readonly parser?: { readonly Encoder: new () => { encode(packet: Packet): unknown } };
}

/**
 * Emits to the clients of a `SocketIoApi` from any Lambda function, container or script, with the API of
 * Socket.IO's own emitters (`@socket.io/redis-emitter`).
 *
 * ```ts
 * import { Emitter } from "socket.io-lambda/emitter";
 *
 * const emitter = new Emitter();
 *
 * export async function handler(): Promise<void> {
 *   await emitter.to("news").emit("headline", "It rains");
 * }
 * ```
 *
 * It asks the app function to do it, and waits (docs/decisions/emitter.md). So all that holds for
 * `io.to(…).emit(…)` in the app holds here: one order for each client, packets that lost clients recover,
 * clients of every protocol and transport.
 *
 * Operations of one emitter are done in their order. One emitter for a process is enough: `of` shares it.
 *
 * Costs 1 invocation of the app function for all that is asked in one turn.
 */
export class Emitter<
  EmitEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's own default
  SocketData = any,
> extends BroadcastOperator<EmitEvents, SocketData> {
  /** @param options default: what `api.grantEmit(fn)` has set in the environment */
  constructor({ parser, ...options }: EmitterOptions = {}) {
    // What parsers give is an array, whatever their types say (socket.io-msgpack-parser 3.0).
    const encoder = (parser ? new parser.Encoder() : new Encoder()) as EmitterParts["encoder"];
    const parts = {
      link: new AppLink(appCall(options)),
      encoder,
      parser: parser ? "own" : "default",
    } as const;
    super(parts, everybodyIn("/"));
  }

  /** The sockets of a namespace, by its name; one that a regular expression of the app made, too. */
  of(namespace: string): BroadcastOperator<EmitEvents, SocketData> {
    const name = namespace.startsWith("/") ? namespace : `/${namespace}`;
    return new BroadcastOperator(this.parts, everybodyIn(name));
  }

  /**
   * Resolves when all is done that this emitter was asked for so far. For code that calls `emit` where nobody
   * can await it.
   *
   * @throws the first failure since the last call; all of them are in the log.
   */
  flush(): Promise<void> {
    return this.parts.link.flush();
  }
}

function everybodyIn(namespace: string) {
  return { namespace, rooms: [], except: [], volatile: false };
}
