import type { RequestWatcher } from "../front-door/front-door.js";
import { CLOSE, packetsOf, pollingSid } from "../front-door/polling-packets.js";
import type { FrameWatcher } from "../gateway/frame-watcher.js";
import type { HeaderFields, HttpRequest, HttpResponse } from "../http/message.js";

/** How a client came: what of it a program may read. */
export interface Arrival {
  readonly query: URLSearchParams;
  readonly headers: HeaderFields;
}

/** What a client and the server say to each other. Clients are counted in the order in which they came. */
export type Heard =
  | { readonly type: "opened"; readonly client: number; readonly arrival: Arrival }
  | { readonly type: "received"; readonly client: number; readonly text: string }
  | { readonly type: "sent"; readonly client: number; readonly text: string }
  | { readonly type: "closed"; readonly client: number };

/** Tells what clients say, and hear, whether they poll, hold a WebSocket, or move from one to the other. */
export class ClientTraffic implements FrameWatcher, RequestWatcher {
  readonly #onHeard: (heard: Heard) => void;
  /** By connection id, and by Engine.IO's session id. */
  readonly #clients = new Map<string, number>();
  #count = 0;

  /** @param onHeard must not throw */
  constructor(onHeard: (heard: Heard) => void) {
    this.#onHeard = onHeard;
  }

  opened(connectionId: string, request: HttpRequest): void {
    const query = new URLSearchParams(request.query);
    const upgraded = this.#clients.get(query.get("sid") ?? "");
    if (upgraded === undefined) this.#open(connectionId, query, request);
    else this.#clients.set(connectionId, upgraded);
  }

  received(connectionId: string, text: string): void {
    const client = this.#clients.get(connectionId);
    if (client !== undefined) this.#onHeard({ type: "received", client, text });
  }

  sent(connectionId: string, text: string): void {
    const client = this.#clients.get(connectionId);
    if (client !== undefined) this.#onHeard({ type: "sent", client, text });
  }

  closed(id: string): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    for (const [name, owner] of this.#clients) if (owner === client) this.#clients.delete(name);
    this.#onHeard({ type: "closed", client });
  }

  asked(request: HttpRequest): void {
    const sid = pollingSid(request);
    if (request.method !== "POST" || !sid) return;
    for (const packet of packetsOf(request)) {
      if (packet === CLOSE) this.closed(sid);
      else this.received(sid, packet);
    }
  }

  answered(request: HttpRequest, response: HttpResponse): void {
    const sid = pollingSid(request);
    if (request.method !== "GET" || sid === undefined || response.status !== 200) return;
    const packets = packetsOf(response);
    const known = sid === "" ? sidIn(packets[0] ?? "") : sid;
    if (sid === "" && known !== "") this.#open(known, new URLSearchParams(request.query), request);
    for (const packet of packets) {
      if (packet === CLOSE) this.closed(known);
      else this.sent(known, packet);
    }
  }

  #open(id: string, query: URLSearchParams, { headers }: HttpRequest): void {
    this.#count += 1;
    this.#clients.set(id, this.#count);
    this.#onHeard({ type: "opened", client: this.#count, arrival: { query, headers } });
  }
}

function sidIn(open: string): string {
  return /^0\{.*"sid":"([^"]+)"/.exec(open)?.[1] ?? "";
}
