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
import { ExtensionError } from "../errors.js";
import { HttpPool } from "../http/http-pool.js";
import type { Answer } from "../http/http-response.js";

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
    const body = JSON.stringify({ events: ["INVOKE"] });
    const answer = await api.call("POST register", `lambda-extension-name: ${NAME}\r\n`, body);
    const identifier = answer.fields.get(IDENTIFIER);
    if (identifier === undefined) throw new ExtensionError("register", "no identifier was given");
    return new Extension(api, identifier);
  }

  /**
   * Says that we are done with the event before, and resolves when the next invocation begins. @throws
   * ExtensionError
   */
  async next(): Promise<InvokeEvent> {
    const { body } = await this.api.call("GET event/next", `${IDENTIFIER}: ${this.identifier}\r\n`);
    return JSON.parse(body) as InvokeEvent;
  }
}

const PREFIX = "/2020-01-01/extension";

/**
 * One connection, kept for the life of the environment: each event asks on it once, so the call has to be
 * cheap. A call that meets a connection which was closed meanwhile goes out once more.
 */
class Api {
  readonly #pool: HttpPool;

  constructor(private readonly address: string) {
    this.#pool = new HttpPool(new URL(`http://${address}`), { silenceMs: FOREVER });
  }

  /** @param fields header lines, which end with a line break each */
  async call(request: "POST register" | "GET event/next", fields: string, body = ""): Promise<Answer> {
    const [method, path = ""] = request.split(" ");
    const head = `${method} ${PREFIX}/${path} HTTP/1.1\r\nhost: ${this.address}\r\n${fields}`;
    const text = `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const answer = await this.#pool.send(text).catch((cause: unknown) => {
      throw new ExtensionError(path, "the connection was lost", { cause });
    });
    if (answer.status === 200) return answer;
    throw new ExtensionError(path, `HTTP ${answer.status} ${answer.body}`);
  }
}

/** As `socket.setTimeout` understands it. */
const FOREVER = 0;
