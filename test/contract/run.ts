/**
 * The server's API from a test: `await run(client, nsp.to("room").emit("hi"))` runs the chain on
 * the server, in an event of that client. `io`, `nsp` and `socket` only write down what is
 * called on them (see `apps/remote-control.ts`).
 */
import type { Namespace, RemoteSocket, Server, Socket as ServerSocket } from "socket.io";
import type { Socket } from "socket.io-client";
import { Heard } from "../support/heard.js";
import type { Chain, Outcome, Step } from "./apps/remote-control.js";

/** A socket as the server describes it. */
export interface SeenSocket {
  readonly id: string;
  /** Sorted. */
  readonly rooms: readonly string[];
  readonly data: Record<string, unknown>;
  readonly handshake: ServerSocket["handshake"];
}

type Result<T> =
  Awaited<T> extends readonly RemoteSocket<never, unknown>[]
    ? SeenSocket[]
    : Awaited<T> extends Set<infer Item>
      ? Item[]
      : Awaited<T>;

const chains = new WeakMap<object, Chain>();

export const io = recorder({ target: "io", steps: [] }) as Server;
export const nsp = recorder({ target: "nsp", steps: [] }) as Namespace;
export const socket = recorder({ target: "socket", steps: [] }) as ServerSocket;
/** The parent of the namespaces `/family-…`. */
export const family = recorder({ target: "family", steps: [] }) as Namespace;

/**
 * Runs the chains in one event of the client, one after another. Rejects with the error of
 * the first that fails.
 */
export async function run<T extends readonly unknown[]>(
  client: Socket,
  ...calls: T
): Promise<{ -readonly [Index in keyof T]: Result<T[Index]> }> {
  const outcome: Outcome = await client.emitWithAck("run", calls.map(chainOf));
  return resultsOf(outcome) as { -readonly [Index in keyof T]: Result<T[Index]> };
}

/** Finds another client's socket with `fetchSockets()` and runs on it what `call` says of a socket. */
export async function runOnRemote(client: Socket, id: string | undefined, call: unknown): Promise<unknown> {
  const outcome: Outcome = await client.emitWithAck("use remote", id, chainOf(call).steps);
  return resultsOf(outcome)[0];
}

/**
 * Runs the chains in an event of the first client, and tells what each client has heard of them:
 * lists of `[event, …]`. All have to be in one namespace that nobody else is in: a last emit to
 * it shows that there is nothing more to come.
 */
export async function heardBy(clients: readonly Socket[], ...calls: readonly unknown[]) {
  const [first] = clients;
  if (!first) throw new Error("There is nobody to hear it.");
  const heard = clients.map((client) => new Heard(client));
  await run(first, ...calls, nsp.emit("that is all"));
  return Promise.all(heard.map((one) => one.until("that is all")));
}

function resultsOf(outcome: Outcome): readonly unknown[] {
  if ("results" in outcome) return outcome.results;
  const { message, responses } = outcome.error;
  throw Object.assign(new Error(message), { responses });
}

function chainOf(call: unknown): Chain {
  const chain = chains.get(call as object);
  if (!chain)
    throw new Error("Only chains that start at `io`, `nsp`, `socket` or `family` can run on the server.");
  return chain;
}

/**
 * A function, so that it can replace a method as well as a value. Never a promise:
 * `await` must not call it.
 */
function recorder(chain: Chain): unknown {
  const { steps } = chain;
  const grown = (...added: readonly Step[]) => recorder({ ...chain, steps: [...steps, ...added] });
  const proxy = new Proxy(() => {}, {
    get: (_function, member) =>
      typeof member === "symbol" || member === "then" ? undefined : grown({ member }),
    apply(_function, _this, args) {
      const last = steps.at(-1);
      if (!last) throw new Error("A recorder itself cannot be called.");
      return recorder({ ...chain, steps: [...steps.slice(0, -1), { ...last, args }] });
    },
  });
  chains.set(proxy, chain);
  return proxy;
}
