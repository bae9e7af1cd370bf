import { bucketOrigin } from "./buckets/bucket-origin.js";
import type { Distribution } from "./front-door/distribution.js";
import { FrontDoor, type Origin, type RequestWatcher } from "./front-door/front-door.js";
import type { Invoke } from "./gateway/api.js";
import type { Gateway } from "./gateway/gateway.js";
import { httpRefusal } from "./gateway/refuse-http.js";
import { headerValue, jsonResponse, writeToStream } from "./http/message.js";
import { type HttpApi, httpApi } from "./http-api/http-api.js";
import type { AddressedStack } from "./local-addresses.js";
import type { LocalEvent, OnLocalEvent } from "./local-event.js";
import type { StackModel } from "./template/template.js";

/** What of a stack stands at its front doors. */
export type DoorStack = AddressedStack & Pick<StackModel, "buckets">;

export interface FrontDoorsOptions {
  readonly invoke: Invoke;
  readonly log: OnLocalEvent;
  readonly watchers: readonly RequestWatcher[];
  /** A text of the template with this machine's addresses. */
  readonly localText: (text: string, stack: DoorStack) => string;
}

/** The distributions of a stack, each with the origins that it leads to. */
export class FrontDoors {
  readonly #options: FrontDoorsOptions;
  #stack: DoorStack;
  /** By the id of the WebSocket API. */
  readonly #doors = new Map<string, FrontDoor>();
  readonly #gateways = new Map<string, Gateway>();
  readonly #httpApis = new Map<string, Origin>();
  #isClosed = false;

  constructor(stack: DoorStack, options: FrontDoorsOptions) {
    this.#stack = stack;
    this.#options = options;
  }

  /** Nothing is told any more: what still runs loses its caller. */
  close(): void {
    this.#isClosed = true;
  }

  /** Whether a bucket answers what no other behavior does. */
  get havePage(): boolean {
    const { distributions, buckets } = this.#stack;
    const names = new Set([...buckets.values()].map(({ domainName }) => domainName));
    return distributions.some(({ behaviors, origins }) =>
      names.has(origins.get(behaviors.at(-1)?.originId ?? "")?.domainName ?? ""),
    );
  }

  /** The distribution that leads to a WebSocket API. */
  distributionOf(apiId: string): Distribution | undefined {
    return this.#stack.distributions.find((distribution) => distribution.apiId === apiId);
  }

  /** Opens the door of an API that has a distribution. */
  open(distribution: Distribution, gateway: Gateway): FrontDoor {
    const log: OnLocalEvent = (event) => this.#log(event);
    const { watchers } = this.#options;
    this.#gateways.set(distribution.apiId, gateway);
    const door = new FrontDoor({
      distribution,
      originAt: (domainName) => this.#originAt(domainName),
      onError: (error) => log({ type: "warning", message: error.message }),
      onOutput: (functionName, line) => log({ type: "output", functionName, line, stream: "stdout" }),
      watchers,
    });
    this.#doors.set(distribution.apiId, door);
    return door;
  }

  /** Takes over what a reload brings. */
  update(stack: DoorStack): void {
    this.#stack = stack;
    for (const distribution of stack.distributions) this.#doors.get(distribution.apiId)?.update(distribution);
  }

  #log(event: LocalEvent): void {
    if (!this.#isClosed) this.#options.log(event);
  }

  #originAt(domainName: string): Origin | undefined {
    const apiId = /^([a-z0-9]+)\.execute-api\./.exec(domainName)?.[1] ?? "";
    const gateway = this.#gateways.get(apiId);
    if (gateway) return ownHostOnly(domainName, webSocketOrigin(gateway));
    const api = this.#stack.httpApis.find((one) => one.apiId === apiId);
    if (api) return ownHostOnly(domainName, this.#httpOrigin(api));
    const bucket = [...this.#stack.buckets.values()].find((one) => one.domainName === domainName);
    if (!bucket) return undefined;
    return { request: bucketOrigin(bucket, (text) => this.#options.localText(text, this.#stack)) };
  }

  /** One for each API: it has the state of the throttle. */
  #httpOrigin(api: HttpApi): Origin {
    const known = this.#httpApis.get(api.apiId);
    if (known) return known;
    const { invoke } = this.#options;
    const request = httpApi({
      api: () => this.#stack.httpApis.find((one) => one.apiId === api.apiId) ?? api,
      invoke,
      onAnswer: ({ request: { method, path }, response: { status }, functionName, error }) =>
        this.#log({
          type: "http",
          method,
          path,
          status,
          functionName,
          ...(error !== undefined && { error }),
        }),
    });
    const made = { request };
    this.#httpApis.set(api.apiId, made);
    return made;
  }
}

function webSocketOrigin(gateway: Gateway): Origin {
  return {
    request: async ({ path }) => httpRefusal(gateway.stage, path),
    upgrade: gateway.upgrade,
  };
}

/** API Gateway knows its APIs by their hosts, and answers any other one with 403 (aws-facts §11.3). */
function ownHostOnly(host: string, { request, upgrade }: Origin): Origin {
  const forbidden = jsonResponse(403, { message: "Forbidden" });
  return {
    request: async (asked) => (headerValue(asked.headers, "host") === host ? request(asked) : forbidden),
    ...(upgrade && {
      upgrade(incoming, stream, head, sourceIp) {
        if (incoming.headers.host === host) upgrade(incoming, stream, head, sourceIp);
        else writeToStream(stream, forbidden);
      },
    }),
  };
}
