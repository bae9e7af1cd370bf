import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ExtensionsApiOptions {
  readonly functionName: string;
  readonly handler: string;
  /** So many extensions have not asked for the next event. */
  readonly onChange: (busy: number) => void;
}

/** What an extension is told of an invocation. */
export interface Invocation {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
}

interface Extension {
  readonly id: string;
  readonly name: string;
  readonly hearsInvocations: boolean;
  state: "Registered" | "Ready" | "Running";
  /** The call for the next event, while it waits. */
  waiting?: ServerResponse;
}

/** Lambda's quota. */
const MAX_EXTENSIONS = 10;
const PREFIX = "/2020-01-01/extension";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Lambda's Extensions API of one environment, on a free loopback port, for the internal extensions of its
 * function: `register` and `event/next`. Errors and their names are those of AWS's own emulator
 * (github.com/aws/aws-lambda-runtime-interface- emulator, `internal/lambda/rapi/handler`), which answers 403
 * also where the documentation has a 400. Not here: external extensions, and so `SHUTDOWN`; `init/error` and
 * `exit/error`; the Telemetry and Runtime APIs. Source:
 * docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export class ExtensionsApi {
  readonly #options: ExtensionsApiOptions;
  readonly #server: Server;
  readonly #extensions = new Map<string, Extension>();
  #isOpen = true;

  private constructor(options: ExtensionsApiOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => refuse(response, error));
    });
    // An environment sleeps between two events and would find its kept connections closed.
    this.#server.keepAliveTimeout = 0;
  }

  static async start(options: ExtensionsApiOptions): Promise<ExtensionsApi> {
    const api = new ExtensionsApi(options);
    await new Promise<void>((resolve, reject) => {
      api.#server.once("error", reject);
      api.#server.listen(0, "127.0.0.1", resolve);
    });
    return api;
  }

  /** For `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The runtime has asked for its first event: who has not registered, cannot any more. */
  closeRegistration(): void {
    this.#isOpen = false;
  }

  /** Tells those that want to hear of invocations. */
  invoke({ requestId, deadlineMs, invokedFunctionArn }: Invocation): void {
    for (const extension of this.#extensions.values()) {
      const { hearsInvocations, waiting } = extension;
      if (!hearsInvocations || !waiting) continue;
      extension.state = "Running";
      delete extension.waiting;
      const event = { eventType: "INVOKE", deadlineMs, requestId, invokedFunctionArn };
      waiting.setHeader("Lambda-Extension-Event-Identifier", randomUUID());
      send(waiting, 200, event);
    }
    this.#changed();
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      // The port is free at the end of this turn of the event loop.
      this.#server.close(() => setImmediate(resolve));
      this.#server.closeAllConnections();
    });
  }

  #changed(): void {
    this.#options.onChange([...this.#extensions.values()].filter(({ state }) => state !== "Ready").length);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url}`;
    if (call === `POST ${PREFIX}/register`) await this.#register(request, response);
    else if (call === `GET ${PREFIX}/event/next`) this.#next(request, response);
    else response.writeHead(404).end();
  }

  async #register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = headerOf(request, "lambda-extension-name");
    if (!name) throw new Refusal("Extension.InvalidExtensionName", "Empty extension name");
    const events = await readEvents(request);
    for (const event of events) {
      if (event === "INVOKE") continue;
      const why = event === "SHUTDOWN" ? "event not supported for internal extension" : "invalid event type";
      throw new Refusal("Extension.InvalidEventType", `${event}: ${why}`);
    }
    if (!this.#isOpen) {
      throw new Refusal("Extension.RegistrationClosed", "Extension registration closed already");
    }
    if ([...this.#extensions.values()].some((known) => known.name === name)) {
      throw new Refusal("Extension.InvalidExtensionState", "Extension with this name already registered");
    }
    if (this.#extensions.size === MAX_EXTENSIONS) {
      throw new Refusal("Extension.TooManyExtensions", `Extension limit (${MAX_EXTENSIONS}) reached`);
    }
    const id = randomUUID();
    this.#extensions.set(id, { id, name, hearsInvocations: events.includes("INVOKE"), state: "Registered" });
    this.#changed();
    const { functionName, handler } = this.#options;
    response.setHeader("Lambda-Extension-Identifier", id);
    send(response, 200, { functionName, functionVersion: "$LATEST", handler });
  }

  #next(request: IncomingMessage, response: ServerResponse): void {
    const id = headerOf(request, "lambda-extension-identifier");
    if (!id) {
      const message = "Missing Lambda-Extension-Identifier header";
      throw new Refusal("Extension.MissingExtensionIdentifier", message);
    }
    if (!UUID.test(id)) {
      throw new Refusal("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
    }
    const extension = this.#extensions.get(id);
    if (!extension) throw new Refusal("Extension.UnknownExtensionIdentifier", `Unknown extension ${id}`);
    if (extension.state === "Ready") {
      const message = `State transition from Ready to Ready failed for extension ${id}. Error: State transition is not allowed`;
      throw new Refusal("Extension.InvalidExtensionState", message);
    }
    extension.state = "Ready";
    extension.waiting = response;
    this.#changed();
  }
}

/** HTTP 403, with a name that says why. */
class Refusal extends Error {
  constructor(
    readonly errorType: string,
    message: string,
  ) {
    super(message);
  }
}

function refuse(response: ServerResponse, thrown: unknown): void {
  if (thrown instanceof Refusal) {
    send(response, 403, { errorMessage: thrown.message, errorType: thrown.errorType });
  } else {
    send(response, 500, { errorMessage: "Internal Server Error", errorType: "InternalServerError" });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

function headerOf(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? "");
}

async function readEvents(request: IncomingMessage): Promise<readonly unknown[]> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  try {
    const { events = [] } = JSON.parse(Buffer.concat(parts).toString()) as { events?: readonly unknown[] };
    if (Array.isArray(events)) return events;
    throw new TypeError("events is no array");
  } catch (cause) {
    throw new Refusal("InvalidRequestFormat", (cause as Error).message);
  }
}
