import type { Event, Socket } from "socket.io";
import type { ClientEvents, ServerEvents } from "./events.js";

/** The longest each kind of argument may be, in UTF-16 code units. */
const MAX_LENGTH = { name: 40, room: 60, text: 2000 } as const;

type Argument = keyof typeof MAX_LENGTH;

/** What each event takes before its ack, in this order. */
const ARGUMENTS = new Map<string, readonly Argument[]>(
  Object.entries({
    "set-name": ["name"],
    "list-rooms": [],
    "create-room": ["room"],
    "join-room": ["room"],
    "leave-room": ["room"],
    "delete-room": ["room"],
    say: ["room", "text"],
    "say-others": ["room", "text"],
  } satisfies Record<keyof ClientEvents, readonly Argument[]>),
);

/**
 * A packet middleware (`socket.use`): after it, listeners receive exactly the arguments that `ClientEvents`
 * names, each a string of allowed length, and an ack that may be called. What a client sent wrong is answered
 * here with `{ error }` and reaches no listener; a client that asked for no ack receives `refused`.
 */
export function checkArguments(socket: Socket<ClientEvents, ServerEvents>) {
  return (packet: Event, next: (error?: Error) => void): void => {
    const event = packet[0];
    if (typeof packet.at(-1) !== "function") {
      packet.push((answer: object) => {
        if ("error" in answer) socket.emit("refused", event, String(answer.error));
      });
    }
    const problem = problemWith(event, packet.slice(1, -1));
    if (problem !== undefined) packet.at(-1)({ error: problem });
    next(problem === undefined ? undefined : new Error(problem)); // without it, the event would wait for `next`
  };
}

/** Why this name will not do, or undefined. */
export function problemWithArgument(argument: Argument, value: unknown): string | undefined {
  if (typeof value !== "string") return `"${argument}" must be a string.`;
  if (value.trim() === "") return `"${argument}" must not be empty.`;
  if (value.length > MAX_LENGTH[argument]) {
    return `"${argument}" is too long: at most ${MAX_LENGTH[argument]} characters.`;
  }
  return undefined;
}

function problemWith(event: string, values: unknown[]): string | undefined {
  const expected = ARGUMENTS.get(event);
  if (expected === undefined) {
    return `There is no event "${event}". There are: ${[...ARGUMENTS.keys()].join(", ")}.`;
  }
  if (values.length !== expected.length) {
    const wanted = expected.length === 0 ? "no arguments" : `its arguments (${expected.join(", ")})`;
    return `"${event}" takes ${wanted} and an ack; it got ${values.length} before the ack.`;
  }
  for (const [index, argument] of expected.entries()) {
    const problem = problemWithArgument(argument, values[index]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
