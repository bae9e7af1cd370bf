import { FunctionError, LocalError } from "./errors.js";
import type { Fault } from "./faults/fault-options.js";
import { GatewayError } from "./gateway/errors.js";
import type { LocalEvent } from "./local-event.js";
import { connectionLines } from "./page.js";
import type { Local } from "./start.js";

export interface TerminalOptions {
  /** Whether escape sequences may be written: only where a person looks, and only if `NO_COLOR` is not set. */
  readonly colors: boolean;
  /** The person's clock. @default the current time */
  readonly now?: () => Date;
}

/** Turns what happens in a local stack into lines for a person, each ending with a line feed. */
export interface Terminal {
  /** What to do next: the WebSocket URL, the page, a line for `wscat`, a line for `socket.io-client`, in this order. */
  ready(local: Pick<Local, "url" | "pageUrl" | "port" | "stage">): string;
  /** One line, and the stack below it for an error. Empty for what nobody wants to read, such as each single post. */
  event(event: LocalEvent): string;
}

const DIM = "2";
const RED = "31";
const YELLOW = "33";
const KIND_WIDTH = 12;
const TIME_WIDTH = 8;
const LABEL_WIDTH = 16;
const INDENT = " ".repeat(TIME_WIDTH + 2);

export function terminal({ colors, now = () => new Date() }: TerminalOptions): Terminal {
  const paint = (code: string, text: string) => (colors ? `\x1b[${code}m${text}\x1b[0m` : text);
  const dim = (text: string) => paint(DIM, text);
  const line = (kind: string, rest: string, color?: string) => {
    const padded = kind.padEnd(KIND_WIDTH);
    const time = now().toTimeString().slice(0, TIME_WIDTH);
    return `${dim(time)}  ${color ? paint(color, padded) : padded}${rest}\n`;
  };
  const failure = (about: string, error: unknown) => {
    const [first = "", ...frames] = stackOf(error).split("\n");
    const below = frames.map((frame) => `${INDENT}${dim(frame)}\n`).join("");
    return line("error", [about, first].filter(Boolean).join("  "), RED) + below;
  };

  return {
    ready({ url, pageUrl, port, stage }) {
      const { wscat, client } = connectionLines(`localhost:${port}`, stage);
      const rows = [
        ["WebSocket", url],
        ["Page", pageUrl],
        ["Terminal", wscat],
        ["Client", client],
      ];
      return `\n${rows.map(([name = "", value]) => `  ${dim(name.padEnd(11))}${value}\n`).join("")}\n`;
    },

    event(event) {
      switch (event.type) {
        case "connect":
          return line("connect", `${event.connectionId}  ${dim(event.userAgent ?? event.sourceIp)}`);
        case "refused":
          return line("refused", `HTTP ${event.status}  ${dim(event.reason)}`, YELLOW);
        case "message": {
          const label = (event.label ?? event.routeKey ?? "no route").padEnd(LABEL_WIDTH);
          const route = event.label === event.routeKey ? "" : (event.routeKey ?? "no route");
          return line(
            "message",
            `${event.connectionId}  ${label}${dim(size(event.bytes).padStart(8))}  ${dim(route)}`,
          );
        }
        case "disconnect":
          return line("disconnect", `${event.connectionId}  ${dim(`${event.code} ${event.reason}`.trim())}`);
        case "error":
          return failure(`${event.connectionId}  ${event.routeKey}`, event.error);
        case "async-error": {
          const next = event.attemptsLeft > 0 ? `is tried ${event.attemptsLeft} times more` : "is given up";
          return failure(`${event.functionName}  its event ${next}:`, event.error);
        }
        case "batch-failed": {
          const { functionName, queueName, failed, batchSize, againInMs, error } = event;
          const messages = failed === 1 ? "a message" : `${failed} of ${batchSize} messages`;
          const again = `comes again in ${(againInMs / 1000).toFixed(1)} s`;
          const about = `${functionName}  ${messages} from ${queueName} failed and ${again}`;
          return error === undefined ? line("queue", about, YELLOW) : failure(`${about}:`, error);
        }
        case "dead-letter":
          return line("dead letter", `in ${event.queueName}  ${event.reason}`, RED);
        case "output":
          return output(event.line, event.stream);
        case "fault":
          // One for each event, and nothing that anybody could see of it.
          return event.kind === "delayMs" ? "" : line("fault", faultText(event), YELLOW);
        case "warning":
          return line("warning", event.message, YELLOW);
        case "reloaded":
          return line(
            "reload",
            `new code serves the next event ${dim(`(${Math.round(event.durationMs)} ms)`)}`,
          );
        case "reload-failed":
          return line("reload", `${messageOf(event.error)} The old code goes on.`, RED);
        default:
          // Single calls of @connections: each broadcast would bury the rest.
          return "";
      }
    },
  };

  /** The lines of a stack, or of any object that was printed, stand below the first one. */
  function output(text: string, stream: "stdout" | "stderr"): string {
    if (text.trim() === "") return "";
    if (/^[\s}\]]/.test(text)) return `${INDENT}${dim(text)}\n`;
    return stream === "stderr" && /Error\b/.test(text) ? line("error", text, RED) : line("log", text);
  }
}

/**
 * What a person needs to read of an error that ended the start or a reload: its sentence where it was written for a person,
 * its stack where only that can help.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof FunctionError) {
    if (error.errorType === "AppError") return error.message;
    return `${error.functionName} could not be loaded: ${stackOf(error)}`;
  }
  return isForPeople(error) ? error.message : stackOf(error);
}

function isForPeople(error: Error): boolean {
  return error instanceof LocalError || error instanceof GatewayError;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}

/** Which fault, and who was hit. */
function faultText({ kind, connectionId, functionName, operation, ms }: Fault): string {
  const duration = ms === undefined ? undefined : `${Math.round(ms)} ms`;
  return [kind.padEnd(LABEL_WIDTH), connectionId ?? "", functionName ?? operation ?? "", duration ?? ""]
    .filter((part) => part !== "")
    .join("  ");
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KB`;
}
