import type { GatewayEvent } from "../gateway/gateway-event.js";
import { type HttpRequest, type HttpResponse, headerValue } from "../http/message.js";
import type { LocalEvent, OnLocalEvent } from "../local-event.js";
import { describeMessage } from "../terminal/describe-message.js";
import type { RequestWatcher } from "./front-door.js";
import { CLOSE, packetsOf, pollingSid } from "./polling-packets.js";

const PROBE = "2probe";
const UPGRADE = "5";

/** Engine.IO's defaults, for a handshake that says nothing of them. */
const DEFAULT_SILENCE_MS = 45_000;

interface PollingClient {
  /** A client without a poll for so long has gone: Engine.IO's ping interval and timeout. */
  readonly silenceMs: number;
  silence: NodeJS.Timeout | undefined;
}

/**
 * Tells of clients that come by HTTP long-polling, once for each: that it came, its messages, that it went on
 * by WebSocket or went away. It reads along at the front door and at the gateway, and decides nothing.
 */
export class PollingClients implements RequestWatcher {
  readonly #log: OnLocalEvent;
  /** By Engine.IO's session id. */
  readonly #clients = new Map<string, PollingClient>();
  /** By connection id: WebSockets that may take over a session. */
  readonly #probes = new Map<string, string>();

  constructor(log: OnLocalEvent) {
    this.#log = log;
  }

  asked(request: HttpRequest): void {
    const { client, sid } = this.#clientOf(request);
    if (!client) return;
    if (request.method === "GET") clearTimeout(client.silence);
    if (request.method !== "POST") return;
    for (const packet of packetsOf(request)) {
      const bytes = Buffer.byteLength(packet);
      const label = describeMessage(packet);
      this.#log({ type: "message", connectionId: nameOf(sid), routeKey: "POST", bytes, label });
      if (packet === CLOSE) this.#end(sid, "closed by the client");
    }
  }

  answered(request: HttpRequest, response: HttpResponse): void {
    if (request.method !== "GET" || pollingSid(request) === undefined) return;
    const { client, sid } = this.#clientOf(request);
    if (client) {
      this.#awaitPoll(sid, client);
      if (response.status === 200 && packetsOf(response).includes(CLOSE))
        this.#end(sid, "closed by the server");
      else if (response.status === 400) this.#end(sid, "unknown to the server");
    } else if (sid === "" && response.status === 200) {
      this.#welcome(request, response);
    }
  }

  /**
   * What there is to tell of an event at the gateway: a probe is nothing yet, and its success is an upgrade.
   */
  seen(event: GatewayEvent): LocalEvent[] {
    if (event.type === "connect") {
      const { query, ...rest } = event;
      const sid = new URLSearchParams(query).get("sid") ?? "";
      if (!this.#clients.has(sid)) return [rest];
      this.#probes.set(event.connectionId, sid);
      return [];
    }
    if (event.type === "message") {
      const { text, ...rest } = event;
      const message: LocalEvent = { ...rest, label: describeMessage(text) };
      return this.#seenMessage(event.connectionId, text, message);
    }
    if (event.type === "disconnect" && this.#probes.delete(event.connectionId)) return [];
    return [event];
  }

  /** Nothing is told any more. */
  close(): void {
    for (const { silence } of this.#clients.values()) clearTimeout(silence);
    this.#clients.clear();
  }

  #seenMessage(connectionId: string, text: string, message: LocalEvent): LocalEvent[] {
    const sid = this.#probes.get(connectionId);
    if (sid === undefined) return [message];
    if (text === PROBE) return [];
    this.#probes.delete(connectionId);
    clearTimeout(this.#clients.get(sid)?.silence);
    this.#clients.delete(sid);
    const upgrade: LocalEvent = { type: "upgrade", connectionId, from: nameOf(sid) };
    // Frames may overtake the one that asks for the upgrade.
    return text === UPGRADE ? [upgrade] : [upgrade, message];
  }

  #welcome({ path, headers, sourceIp }: HttpRequest, response: HttpResponse): void {
    const opened = openPacket(packetsOf(response)[0] ?? "");
    if (!opened) return;
    const { sid, silenceMs } = opened;
    const client: PollingClient = { silenceMs, silence: undefined };
    this.#clients.set(sid, client);
    this.#awaitPoll(sid, client);
    const userAgent = headerValue(headers, "user-agent");
    this.#log({ type: "polling", connectionId: nameOf(sid), path, sourceIp, userAgent });
  }

  #awaitPoll(sid: string, client: PollingClient): void {
    clearTimeout(client.silence);
    const reason = `no poll for ${client.silenceMs / 1000} s`;
    client.silence = setTimeout(() => this.#end(sid, reason), client.silenceMs).unref();
  }

  #end(sid: string, reason: string): void {
    const client = this.#clients.get(sid);
    if (!client) return;
    clearTimeout(client.silence);
    this.#clients.delete(sid);
    this.#log({ type: "polling-end", connectionId: nameOf(sid), reason });
  }

  #clientOf(request: HttpRequest): { readonly sid: string; readonly client: PollingClient | undefined } {
    const sid = pollingSid(request) ?? "";
    return { sid, client: this.#clients.get(sid) };
  }
}

/** As the functions call a polling client's connection. */
function nameOf(sid: string): string {
  return `poll.${sid}`;
}

function openPacket(packet: string): { readonly sid: string; readonly silenceMs: number } | undefined {
  if (!packet.startsWith("0{")) return undefined;
  try {
    const { sid, pingInterval, pingTimeout } = JSON.parse(packet.slice(1));
    const silenceMs = Number(pingInterval) + Number(pingTimeout);
    return { sid: String(sid), silenceMs: Number.isFinite(silenceMs) ? silenceMs : DEFAULT_SILENCE_MS };
  } catch {
    // No handshake of Engine.IO: another application's business.
    return undefined;
  }
}
