import { printable } from "../../runtime/log/printable.js";
import { shortFinding } from "../check/print.js";
import { FunctionError, LocalError } from "../errors.js";
import type { Fault } from "../faults/fault-options.js";
import { GatewayError } from "../gateway/errors.js";
import type { LocalEvent } from "../local-event.js";
import { FrameFilter, withoutCallers } from "./frames.js";
import { PROGRAM } from "./help.js";
import { LineStyle, RED, stackOf, YELLOW } from "./line-style.js";

export interface EventLinesOptions {
  /**
   * Whether escape sequences may be written: only where a person looks, and only if `NO_COLOR` is not set.
   */
  readonly colors: boolean;
  /** The person's clock. @default the current time */
  readonly now?: () => Date;
}

/** One line for an event, and the stack below it for an error, each with a line feed. */
export type EventLines = (event: LocalEvent) => string;

const LABEL_WIDTH = 16;

/** Turns what happens in a local stack into lines for a person. */
export function eventLines({ colors, now = () => new Date() }: EventLinesOptions): EventLines {
  const style = new LineStyle(colors, now);
  const filters = new Map<string, FrameFilter>();
  return (happened) => {
    const event = printableEvent(happened);
    if (event.type !== "output") return linesOf(event, style);
    const key = `${event.functionName} ${event.stream}`;
    const filter = filters.get(key) ?? new FrameFilter();
    filters.set(key, filter);
    return filter.shows(event.line) ? output(event.line, event.stream, style) : "";
  };
}

function linesOf(event: Exclude<LocalEvent, { type: "output" }>, style: LineStyle): string {
  const { connectionId = "" } = event as { readonly connectionId?: string };
  switch (event.type) {
    case "connect":
      return style.line("connect", `${connectionId}  ${style.dim(event.userAgent ?? event.sourceIp)}`);
    case "polling": {
      const client = style.dim(event.userAgent ?? event.sourceIp);
      return style.line("polling", `${connectionId}  GET ${event.path}  ${client}`);
    }
    case "upgrade":
      return style.line("upgrade", `${connectionId}  ${style.dim(`was ${event.from}`)}`);
    case "polling-end":
      return style.line("disconnect", `${connectionId}  ${style.dim(event.reason)}`);
    case "http": {
      const about = `${event.method} ${event.path}  ${event.status}  ${event.functionName}`;
      if (event.error !== undefined) return style.failure(about, event.error);
      return event.status < 500 ? style.line("http", about) : style.line("error", about, RED);
    }
    case "refused":
      return style.line("refused", `HTTP ${event.status}  ${style.dim(event.reason)}`, YELLOW);
    case "message":
      return style.line("message", `${connectionId}  ${messageText(event, style)}`);
    case "throttled":
      return style.line("throttled", `${connectionId}  ${event.routeKey}`, YELLOW);
    case "disconnect": {
      const why = `${event.code} ${event.reason}`.trim();
      return style.line("disconnect", `${connectionId}  ${style.dim(why)}`);
    }
    case "error":
      return style.failure(`${connectionId}  ${event.routeKey}`, event.error);
    case "async-error": {
      const next = event.attemptsLeft > 0 ? `is tried ${event.attemptsLeft} times more` : "is given up";
      return style.failure(`${event.functionName}  its event ${next}:`, event.error);
    }
    case "batch-failed": {
      const { error } = event;
      const about = failedBatch(event);
      return error === undefined ? style.line("queue", about, YELLOW) : style.failure(`${about}:`, error);
    }
    case "dead-letter":
      return style.line("dead letter", `in ${event.queueName}  ${event.reason}`, RED);
    case "fault":
      return style.line("fault", faultText(event), YELLOW);
    case "warning":
      return style.line("warning", event.message, YELLOW);
    case "check": {
      const { count, findings } = event;
      const title = `${count === 1 ? "1 finding" : `${count} findings`}: ${PROGRAM} check shows all`;
      return style.line("check", title, YELLOW) + style.below(findings.map(shortFinding));
    }
    case "compare":
      return style.line("compare", event.message, YELLOW);
    case "reloaded": {
      const duration = style.dim(`(${Math.round(event.durationMs)} ms)`);
      return style.line("reload", `new code serves the next event ${duration}`);
    }
    case "reload-failed": {
      const first = style.line("reload", "The old code goes on, for the new code cannot run:", RED);
      return first + style.below(messageOf(event.error).split("\n"));
    }
    default:
      return style.line(event.type, `${connectionId}  ${event.status}  ${style.dim(size(event.bytes))}`);
  }
}

function messageText(
  { label, routeKey = "no route", bytes }: Extract<LocalEvent, { type: "message" }>,
  style: LineStyle,
): string {
  const name = label ?? routeKey;
  const route = name === routeKey ? "" : routeKey;
  return `${name.padEnd(LABEL_WIDTH)}${style.dim(size(bytes).padStart(8))}  ${style.dim(route)}`;
}

function failedBatch(event: Extract<LocalEvent, { type: "batch-failed" }>): string {
  const { functionName, queueName, failed, batchSize, againInMs } = event;
  const messages = failed === 1 ? "a message" : `${failed} of ${batchSize} messages`;
  const again = `comes again in ${(againInMs / 1000).toFixed(1)} s`;
  return `${functionName}  ${messages} from ${queueName} failed and ${again}`;
}

/** The lines of a stack, or of any object that was printed, stand below the first one. */
function output(text: string, stream: "stdout" | "stderr", style: LineStyle): string {
  if (text.trim() === "") return "";
  if (/^[\s}\]]/.test(text)) return style.below([style.dim(text)]);
  const isError = stream === "stderr" && /Error\b/.test(text);
  return isError ? style.line("error", text, RED) : style.line("log", text);
}

/**
 * Nothing that a client chose writes to the terminal. What the functions print stays as
 * they print it, colours and all.
 */
function printableEvent(event: LocalEvent): LocalEvent {
  if (event.type === "output") return event;
  const fields = Object.entries(event).map(([name, value]) => [
    name,
    typeof value === "string" ? printable(value) : value,
  ]);
  return Object.fromEntries(fields);
}

/**
 * What a person needs to read of an error that ended the start or a reload: its sentence where it was written
 * for a person, its stack where only that can help.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof FunctionError) {
    if (error.errorType === "AppError") return error.message;
    return `${error.functionName} could not be loaded: ${withoutCallers(ownFrames(stackOf(error)))}`;
  }
  return isForPeople(error) ? error.message : stackOf(error);
}

/** Without the frames of Node's loader, of the function's entry and of the bundle's own top. */
function ownFrames(stack: string): string {
  return stack
    .split("\n")
    .filter(
      (line) =>
        !/^ +at .*(node:internal|[\\/]lambdas[\\/]socket-io\.|[\\/]bootstrap\.mjs|\/index\.mjs)/.test(line),
    )
    .join("\n");
}

function isForPeople(error: Error): boolean {
  return error instanceof LocalError || error instanceof GatewayError;
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
