import { eachLeaf, type Frame, frameName, mapLeaves, readFrame, writeFrame } from "./frame.js";

/** The run that clients take part in, and the one beside it. */
export type Run = "main" | "lane";

/**
 * What two runs of a program call the same thing: the ids of sockets, of acks and of rows differ from run to
 * run, and clients send them back. A value of the one run stands for that of the other where the same client
 * got them at the same place of the same packet, and where they look made up rather than counted.
 */
export class Counterparts {
  /** By client, name and number of a frame: what only one of both runs has sent so far. */
  readonly #alone = new Map<string, { readonly run: Run; readonly frame: Frame }>();
  readonly #counts: Record<Run, Map<string, number>> = { main: new Map(), lane: new Map() };
  readonly #ofMain = new Map<unknown, unknown>();
  /** The ids of sockets alone: of anything else, a difference may be what somebody looks for. */
  readonly #ofLane = new Map<unknown, unknown>();

  /** A client got a frame in one of both runs. */
  note(run: Run, client: number, text: string): void {
    const name = `${client} ${frameName(text)}`;
    const nth = this.#counts[run].get(name) ?? 0;
    this.#counts[run].set(name, nth + 1);
    const frame = readFrame(text);
    const key = `${nth} ${name}`;
    const other = this.#alone.get(key);
    if (!other || other.run === run) {
      this.#alone.set(key, { run, frame });
      return;
    }
    this.#alone.delete(key);
    if (run === "main") this.#learn(frame, other.frame);
    else this.#learn(other.frame, frame);
  }

  /** A frame of the main run in the words of the other. */
  toLane(text: string): string {
    return translated(text, this.#ofMain);
  }

  /** A frame of the other run with the main one's ids of sockets. */
  toMain(text: string): string {
    return translated(text, this.#ofLane);
  }

  #learn(main: Frame, lane: Frame): void {
    const isConnect = main.head.startsWith("40");
    const pair = (mains: unknown, lanes: unknown) => {
      if (mains === lanes || !isMadeUp(mains) || !isMadeUp(lanes)) return;
      this.#ofMain.set(mains, lanes);
      if (isConnect) this.#ofLane.set(lanes, mains);
    };
    if (main.head === lane.head) eachLeaf(main.value, lane.value, pair);
    // The server asks for an ack under an id of its own.
    if (/^4[25]/.test(main.head)) pair(main.ackId, lane.ackId);
  }
}

/** Whether a value is an id, a code or a time, and not a count or a word that the program's state decides. */
function isMadeUp(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value > LARGEST_COUNT;
  return typeof value === "string" && /^\S{4,}$/.test(value) && /[\dA-Z]/.test(value);
}

const LARGEST_COUNT = 1_000_000;
/** So long that no other text has it by chance. */
const LONG = 16;

function translated(text: string, counterparts: ReadonlyMap<unknown, unknown>): string {
  if (counterparts.size === 0) return text;
  const { head, ackId, value } = readFrame(text);
  const mapped = mapLeaves(value, (leaf) => counterpart(leaf, counterparts));
  const known = ackId === undefined ? undefined : counterparts.get(ackId);
  return writeFrame({ head, ackId: typeof known === "number" ? known : ackId, value: mapped });
}

function counterpart(leaf: unknown, counterparts: ReadonlyMap<unknown, unknown>): unknown {
  if (counterparts.has(leaf)) return counterparts.get(leaf);
  if (typeof leaf !== "string" || leaf.length <= LONG) return leaf;
  let text = leaf;
  for (const [from, to] of counterparts) {
    if (typeof from === "string" && from.length >= LONG) text = text.replaceAll(from, String(to));
  }
  return text;
}
