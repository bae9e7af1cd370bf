/** What a step made clients get where memory is kept, and where it is not. */
import { eachLeaf, frameName, isAck, type Path, readFrame } from "./frame.js";
import type { Sent } from "./lane.js";

/** Two runs with kept memory, so that what differs from run to run can be told from what memory decides. */
export interface Runs<T> {
  readonly kept: T;
  readonly again: T;
  readonly fresh: T;
}

/** An event does not do the same in a fresh environment as where memory is kept. */
export interface Difference {
  /** The event's name, behind its namespace where that is not `/`; or `connect`, `disconnect`. */
  readonly event: string;
  /** One sentence: what a client gets in both cases. */
  readonly message: string;
  /** The same for all differences of one kind. */
  readonly kind: string;
}

export interface Cause {
  readonly event: string;
  /** Whose event it is. */
  readonly client: number;
}

/** The sender's first, then the others' in the order in which they came. */
export function differencesOf(cause: Cause, runs: Runs<readonly Sent[]>): Difference[] {
  const packets = mapRuns(runs, byRecipient);
  const keys = [...new Set([...packets.kept.keys(), ...packets.fresh.keys()])];
  const rank = (key: string) => (recipientIn(key) === cause.client ? 0 : recipientIn(key));
  return keys
    .sort((left, right) => rank(left) - rank(right))
    .flatMap((key) => {
      const { kept, again, fresh } = mapRuns(packets, (run) => run.get(key) ?? []);
      const [first = ""] = [...kept, ...fresh];
      if (kept.length !== again.length) return [];
      const told = (kind: string, what: string): Difference => {
        const to = recipientIn(key) === cause.client ? "its sender" : "another client";
        const name = isAck(first) ? "the ack" : quoted(frameName(first));
        const message = `${quoted(cause.event)}: ${name} for ${to} ${what}`;
        return { event: cause.event, message, kind: `${cause.event} ${name} ${to} ${kind}` };
      };
      if (kept.length !== fresh.length) {
        return [
          told("number", `${comes(kept.length)} where memory is kept, ${comes(fresh.length)} where not`),
        ];
      }
      const index = kept.findIndex((text, at) => differ(text, again[at] ?? "", fresh[at] ?? ""));
      if (index < 0) return [];
      const [left, right] = [kept, fresh].map((texts) => shown(texts[index] ?? ""));
      return [told("content", `is ${left} where memory is kept, ${right} where not`)];
    });
}

/** Each client's frames of one name, in their order; those of two names may come in any. */
function byRecipient(sent: readonly Sent[]): Map<string, string[]> {
  const packets = new Map<string, string[]>();
  for (const { client, text } of sent) {
    const key = `${client} ${frameName(text)}`;
    packets.set(key, [...(packets.get(key) ?? []), text]);
  }
  return packets;
}

function recipientIn(key: string): number {
  return Number(key.split(" ", 1)[0]);
}

/** Whether the fresh one differs where the two others agree. */
function differ(keptText: string, againText: string, freshText: string): boolean {
  const [kept, again, fresh] = [keptText, againText, freshText].map(readFrame);
  if (kept?.head !== again?.head) return false;
  if (kept?.head !== fresh?.head) return true;
  const noise: Path[] = [];
  eachLeaf(kept?.value, again?.value, (left, right, path) => {
    if (left !== right) noise.push(path);
  });
  let found = false;
  eachLeaf(kept?.value, fresh?.value, (left, right, path) => {
    found ||= left !== right && !noise.some((noisy) => path.startsWith(noisy) || noisy.startsWith(path));
  });
  return found;
}

function mapRuns<From, To>({ kept, again, fresh }: Runs<From>, map: (run: From) => To): Runs<To> {
  return { kept: map(kept), again: map(again), fresh: map(fresh) };
}

function comes(times: number): string {
  return times === 0 ? "does not come" : times === 1 ? "comes once" : `comes ${times} times`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

const LONGEST = 80;

function shown(text: string): string {
  const { head, value } = readFrame(text);
  const arguments_ = Array.isArray(value) && /^4[25]/.test(head) ? value.slice(1) : value;
  const json = value === undefined ? JSON.stringify(text) : JSON.stringify(arguments_);
  return json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json;
}
