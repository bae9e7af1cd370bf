import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import {
  type HttpRequest,
  type HttpResponse,
  headerValue,
  readHead,
  readRequest,
  writeResponse,
  writeToStream,
} from "../http/message.js";
import { inTime } from "../in-time.js";
import { refusalOf } from "./check-edge-request.js";
import type { Behavior, Distribution, EdgeFunction, OriginSettings } from "./distribution.js";
import { fromEdgeRequest, isHidden, toEdgeEvent } from "./edge-event.js";
import { EdgeSandbox } from "./edge-function.js";
import { fromEdgeResponse, isEdgeResponse } from "./edge-response.js";
import {
  BAD_REQUEST,
  FUNCTION_FAILED,
  FUNCTION_INVALID,
  METHOD_NOT_ALLOWED,
  NO_ORIGIN,
  ORIGIN_TIMED_OUT,
} from "./error-page.js";
import { EdgeResultError } from "./errors.js";
import { EDGE_ADDRESS, toOriginRequest } from "./origin-request.js";
import { selectBehavior } from "./path-pattern.js";
import { rewriteUpgrade } from "./rewrite-upgrade.js";

/** What stands behind a distribution. */
export interface Origin {
  /** Must not reject. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Takes over an upgrade that was rewritten for it. Absent where the origin speaks no WebSocket. */
  upgrade?(request: IncomingMessage, stream: Duplex, head: Buffer, sourceIp: string): void;
}

export interface FrontDoorOptions {
  readonly distribution: Distribution;
  /** Undefined for a domain name that nothing on this machine answers for. */
  readonly originAt: (domainName: string) => Origin | undefined;
  /** A function at the edge failed, or CloudFront refuses what it made. Must not throw. */
  readonly onError: (error: Error) => void;
  /** A line that a function at the edge printed. Must not throw. */
  readonly onOutput: (functionName: string, line: string) => void;
  /** Hears of viewers' requests that are no upgrades. @default nobody */
  readonly watchers?: readonly RequestWatcher[];
}

export interface RequestWatcher {
  asked(request: HttpRequest): void;
  answered(request: HttpRequest, response: HttpResponse): void;
}

/** Where a request goes, as the origin gets it. */
interface Passage {
  readonly origin: Origin;
  readonly settings: OriginSettings;
  readonly request: HttpRequest;
}

/**
 * A CloudFront distribution on this machine: one behavior by the path, its function at the edge, and an
 * origin in this process. WebSocket handshakes pass with the origin's path and headers, and then the frames
 * are the origin's alone.
 *
 * A GET or HEAD that an origin leaves unanswered for its read timeout is sent again, as often as the origin's
 * connection attempts say, as CloudFront does; then the viewer gets 504, and any other method gets it at
 * once. An origin hears nothing of a viewer that hangs up.
 *
 * Not imitated: caches, compression, TLS and redirects to it, error pages of the user's own, Lambda@Edge,
 * functions at viewer response, origin groups, and the 10 minutes without a byte from the origin after which
 * CloudFront closes a WebSocket: API Gateway's own 10 minutes end it as well.
 */
export class FrontDoor {
  readonly #options: FrontDoorOptions;
  #distribution: Distribution;
  readonly #sandboxes = new Map<string, EdgeSandbox>();

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    this.#distribution = options.distribution;
  }

  get distribution(): Distribution {
    return this.#distribution;
  }

  /** Takes over what a reload brings. */
  update(distribution: Distribution): void {
    this.#distribution = distribution;
    this.#sandboxes.clear();
  }

  /** Answers a viewer's request. Resolves, never rejects, when it is answered or the viewer has gone. */
  async request(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let request: HttpRequest;
    try {
      request = await readRequest(incoming);
    } catch {
      // The viewer went before its request was complete: nobody waits for an answer.
      return;
    }
    for (const watcher of this.#options.watchers ?? []) watcher.asked(request);
    const passage = await this.#passage(request);
    const answer = isPassage(passage) ? await askOrigin(passage, () => response.destroyed) : passage;
    for (const watcher of this.#options.watchers ?? []) watcher.answered(request, answer);
    writeResponse(response, this.#stamped(answer));
  }

  /** Leads a WebSocket handshake to its origin. What is refused on the way is answered here. */
  async upgrade(incoming: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    // A viewer may go at any moment.
    stream.on("error", () => stream.destroy());
    const passage = await this.#passage(readHead(incoming));
    if (!isPassage(passage)) return writeToStream(stream, this.#stamped(passage));
    const { origin, request } = passage;
    if (origin.upgrade) {
      origin.upgrade(rewriteUpgrade(incoming, request), stream, head, EDGE_ADDRESS);
    } else {
      writeToStream(stream, this.#stamped(await askOrigin(passage, () => stream.destroyed)));
    }
  }

  /** The way to an origin, or the answer of CloudFront's own or of its function. */
  async #passage(viewers: HttpRequest): Promise<Passage | HttpResponse> {
    const distribution = this.#distribution;
    const behavior = selectBehavior(distribution.behaviors, viewers.path);
    if (!behavior) return NO_ORIGIN;
    if (!behavior.allowedMethods.has(viewers.method)) return METHOD_NOT_ALLOWED;
    if (isRead(viewers.method) && viewers.body.length > 0) return BAD_REQUEST;

    const seen = { ...viewers, headers: viewers.headers.filter(([name]) => !isHidden(name.toLowerCase())) };
    const edged = await this.#runFunction(behavior, seen, distribution);
    if ("status" in edged) return edged;
    const settings = distribution.origins.get(edged.originId);
    const origin = settings && this.#options.originAt(settings.domainName);
    if (!settings || !origin) return NO_ORIGIN;
    const { path } = edged.request;
    const rooted = path === "/" && distribution.defaultRootObject !== "" && origin.upgrade === undefined;
    const asked = rooted ? { ...edged.request, path: `/${distribution.defaultRootObject}` } : edged.request;
    return {
      origin,
      settings,
      request: toOriginRequest(asked, settings, behavior.forwards, distribution.domainName),
    };
  }

  async #runFunction(
    { viewerRequest, originId }: Behavior,
    request: HttpRequest,
    distribution: Distribution,
  ): Promise<{ readonly request: HttpRequest; readonly originId: string } | HttpResponse> {
    if (!viewerRequest) return { request, originId };
    const { onError } = this.#options;
    const invalid = (why: string) => {
      onError(new EdgeResultError(viewerRequest.name, why));
      return FUNCTION_INVALID;
    };
    const event = toEdgeEvent(request, distribution);
    try {
      const run = await this.#sandbox(viewerRequest).run(event, request.query);
      if (isEdgeResponse(run.returned)) {
        return fromEdgeResponse(run.returned) ?? invalid("returned a response that is none");
      }
      const refusal = refusalOf(event.request, run.returned);
      if (refusal !== undefined) return invalid(refusal);
      const chosen = run.originId ?? originId;
      if (!distribution.origins.has(chosen))
        return invalid(`selected the origin ${chosen}, which does not exist`);
      const returned = run.returned as typeof event.request;
      return { request: fromEdgeRequest(event.request, returned, request), originId: chosen };
    } catch (error) {
      onError(error as Error);
      return FUNCTION_FAILED;
    }
  }

  #sandbox(fn: EdgeFunction): EdgeSandbox {
    const known = this.#sandboxes.get(fn.name);
    if (known) return known;
    const made = new EdgeSandbox(fn, (line) => this.#options.onOutput(fn.name, line));
    this.#sandboxes.set(fn.name, made);
    return made;
  }

  /** With CloudFront's own headers, and without those of the connection to the origin. */
  #stamped(answer: HttpResponse): HttpResponse {
    const via = ["Via", `1.1 ${this.#distribution.domainName} (CloudFront)`] as const;
    const isMarked = headerValue(answer.headers, "x-cache") !== undefined;
    const cache = isMarked ? [] : [["X-Cache", "Miss from cloudfront"] as const];
    const passed = answer.headers.filter(([name]) => !OF_A_CONNECTION.has(name.toLowerCase()));
    return { ...answer, headers: [...passed, ...cache, via] };
  }
}

const OF_A_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

async function askOrigin(
  { origin, settings, request }: Passage,
  hasGone: () => boolean,
): Promise<HttpResponse> {
  const attempts = isRead(request.method) ? settings.attempts : 1;
  for (let attempt = 1; attempt <= attempts && !hasGone(); attempt++) {
    const answer = await inTime<HttpResponse | undefined>(
      origin.request(request),
      settings.readTimeoutMs,
      () => undefined,
    );
    if (answer) return answer;
  }
  return ORIGIN_TIMED_OUT;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function isPassage(passage: Passage | HttpResponse): passage is Passage {
  return "origin" in passage;
}
