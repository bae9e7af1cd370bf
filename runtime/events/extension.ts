/**
 * The client of Lambda's Extensions API (docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html),
 * for an extension inside of the function's own process: an internal one, which needs no layer and no
 * permission.
 *
 * - It registers while the function is initialised. The registration closes when the runtime asks for its
 *   first event.
 * - It may register for `INVOKE` and not for `SHUTDOWN`.
 * - Its name is any that is no file in `/opt/extensions` and that no other extension has. That is read in
 *   AWS's emulator (github.com/aws/aws-lambda-runtime-interface-emulator, `agentregister.go`), and not
 *   documented.
 * - The call for the next event has no timeout: an environment may be frozen in the middle of it for hours.
 * - An extension that has registered has to go on asking: an invocation ends, for Lambda, when the runtime
 *   and all extensions have.
 *
 * While it waits, it takes a socket of the event loop and no thread; Lambda's runtime waits for its own next
 * event in a thread of libuv's pool (github.com/aws/aws-lambda-nodejs-runtime-interface-client,
 * `rapid-client.cc`), so neither blocks the other.
 */
import { Agent, request } from "node:http";
import { ExtensionError } from "../errors.js";

/** What an extension learns of an invocation that begins, as far as we read it. */
export interface InvokeEvent {
  readonly eventType: "INVOKE";
  /** The handler's `context.awsRequestId`. */
  readonly requestId: string;
}

const NAME = "socket.io-lambda";
const IDENTIFIER = "lambda-extension-identifier";

export class Extension {
  private constructor(
    private readonly api: Api,
    private readonly identifier: string,
  ) {}

  /**
   * @param address `AWS_LAMBDA_RUNTIME_API`: a host and a port.
   * @throws ExtensionError when Lambda refuses. It does in Managed Instances, where environments are never
   *   frozen (github.com/honeycombio/honeycomb-lambda-extension/pull/170).
   */
  static async register(address: string): Promise<Extension> {
    const api = new Api(address);
    const headers = { "lambda-extension-name": NAME };
    const body = JSON.stringify({ events: ["INVOKE"] });
    const answer = await api.call("POST", "register", headers, body);
    const { [IDENTIFIER]: identifier } = answer.headers;
    if (typeof identifier !== "string") throw new ExtensionError("register", "no identifier was given");
    return new Extension(api, identifier);
  }

  /**
   * Says that we are done with the event before, and resolves when the next invocation begins. @throws
   * ExtensionError
   */
  async next(): Promise<InvokeEvent> {
    const { body } = await this.api.call("GET", "event/next", { [IDENTIFIER]: this.identifier });
    return JSON.parse(body) as InvokeEvent;
  }
}

interface Answer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * Not `fetch`: it gives up after five minutes without headers
 * (github.com/getsentry/sentry-javascript/issues/24218).
 */
class Api {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(private readonly address: string) {}

  call(method: string, path: string, headers: Record<string, string>, body = ""): Promise<Answer> {
    const url = `http://${this.address}/2020-01-01/extension/${path}`;
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException) => {
        // Closed by the other side while the handler ran, so nobody has heard the call.
        if (call.reusedSocket && cause.code === "ECONNRESET") resolve(this.call(method, path, headers, body));
        else reject(new ExtensionError(path, "the connection was lost", { cause }));
      };
      const call = request(url, { method, headers, agent: this.#agent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => {
          text += part;
        });
        response.on("error", failed);
        response.on("end", () => {
          if (response.statusCode === 200) resolve({ headers: response.headers, body: text });
          else reject(new ExtensionError(path, `HTTP ${response.statusCode} ${text}`));
        });
      });
      call.on("error", failed);
      call.end(body);
    });
  }
}
