/**
 * Lets a test use the server's API from outside: it sends chains of members and arguments, such as
 * `nsp.to("room").emit("hi")`, and all chains of one message run in one event, one after another.
 */
import type { Namespace, Server, Socket } from "socket.io";

export interface Step {
  readonly member: string;
  /** The member is only read where there are none. */
  readonly args?: readonly unknown[];
}

export interface Chain {
  readonly target: "io" | "nsp" | "socket" | "family";
  readonly steps: readonly Step[];
}

export type Outcome =
  | { readonly results: readonly unknown[] }
  | { readonly error: { readonly message: string; readonly responses?: unknown } };

/** Returns a `connection` handler. `family` is a namespace with children. */
export function remoteControl(io: Server, family: Namespace): (socket: Socket) => void {
  const control = (socket: Socket) => {
    const targets = { io, nsp: socket.nsp, socket, family };

    socket.on("run", async (chains: readonly Chain[], reply: (outcome: Outcome) => void = () => {}) => {
      const results: unknown[] = [];
      try {
        for (const { target, steps } of chains) {
          results.push(readable(await follow(targets[target], steps)));
        }
        reply({ results });
      } catch (error) {
        const { message, responses } = error as Error & { responses?: unknown };
        reply({ error: { message, responses } });
      }
    });

    socket.on("set data", (values: object, reply: () => void) => {
      Object.assign(socket.data, values);
      reply();
    });

    // A socket of another connection, found and used in one event.
    socket.on(
      "use remote",
      async (sid: string, steps: readonly Step[], reply: (outcome: Outcome) => void) => {
        try {
          const [remote] = await socket.nsp.in(sid).fetchSockets();
          reply({ results: [readable(await follow(remote, steps))] });
        } catch (error) {
          reply({ error: { message: (error as Error).message } });
        }
      },
    );
  };
  family.on("connection", control);
  return control;
}

/** Awaited by the caller, which also takes a chain that ends in a promise. */
function follow(target: unknown, steps: readonly Step[]): unknown {
  let value = target;
  for (const { member, args } of steps) {
    const owner = value as Record<string, unknown>;
    const found = owner[member];
    value = args ? (found as (...args: unknown[]) => unknown).apply(owner, [...args]) : found;
  }
  return value;
}

/**
 * What can travel: sockets by their public fields, sets as arrays, and nothing of the server's own objects.
 */
function readable(value: unknown): unknown {
  if (value instanceof Set) return [...value];
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const { id, rooms, data, handshake } = value as Partial<Socket>;
  if (id && rooms && handshake) return { id, rooms: [...rooms].sort(), data, handshake };
  return isPlain(value) ? value : undefined;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
