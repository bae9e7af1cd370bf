/** The plain JSON protocol from a client's side, over whatever carries its lines: `wscat`, or a bare `ws`. */
import { EventEmitter } from "node:events";
import { Heard } from "./heard.js";

export interface PlainError {
  readonly message: string;
  readonly code: string;
  readonly data?: unknown;
}

interface PlainLine {
  readonly event?: string;
  readonly ack?: number;
  readonly data?: readonly unknown[];
  readonly error?: PlainError;
  readonly id?: number;
  readonly nsp?: string;
}

export class PlainSpeaker {
  /** Every event of the server, in order; errors too, as `["error", { message, code }]`. */
  readonly heard: Heard;
  readonly #events = new EventEmitter();
  readonly #send: (line: string) => void;
  #lastId = 0;
  #nsp: string | undefined;

  constructor(send: (line: string) => void) {
    this.#send = send;
    this.heard = new Heard({
      onAny: (listener) => this.#events.on("heard", listener),
    });
  }

  receive(line: string): void {
    const { event, ack, data = [], error, id, nsp } = JSON.parse(line) as PlainLine;
    if (ack !== undefined) this.#events.emit(`ack ${ack}`, data[0]);
    else if (error) this.#events.emit("heard", "error", error, id);
    else this.#events.emit("heard", event === "connect" ? `connect ${nsp ?? "/"}` : event, ...data);
  }

  /**
   * Everybody is connected to `/` without asking; another namespace is asked for. Resolves
   * with the socket's id there.
   */
  async join(nsp = "/", auth: object = {}): Promise<string> {
    await this.heard.first(([event]) => event === "connect /");
    if (nsp !== "/") {
      this.#nsp = nsp;
      this.say({ action: "connect", nsp, data: auth });
    }
    const [event, answer] = await this.heard.first(
      ([name]) => name === `connect ${nsp}` || (nsp !== "/" && name === "error"),
    );
    if (event === "error") throw Object.assign(new Error((answer as PlainError).message), answer);
    return (answer as { sid: string }).sid;
  }

  ask(action: string, ...data: unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    const answered = new Promise((resolve) => this.#events.once(`ack ${id}`, resolve));
    this.say({ action, data, id, ...(this.#nsp && { nsp: this.#nsp }) });
    return answered;
  }

  say(message: object): void {
    this.#send(JSON.stringify(message));
  }
}
