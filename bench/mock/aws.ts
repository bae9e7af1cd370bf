/**
 * The mock's process, on one port: the management API's `POST @connections`, `Query` and
 * `Scan` of DynamoDB, asynchronous invocations by Lambda's API, which lead to nothing, and
 * the events that one of them would lead to.
 */
import { AccountLimit } from "./account-limit.js";
import { chunkAt } from "./chunks.js";
import { type OnRequest, response, serveHttp } from "./http.js";
import { latencies } from "./latency.js";
import { Members } from "./members.js";
import type { FromMock, MockSettings, MockStats, MockTask, ToMock } from "./protocol.js";

const ACCEPTED = response("200 OK");
const INVOKED = response("202 Accepted");
const THROTTLED = response("429 Too Many Requests", ["x-amzn-errortype: LimitExceededException"]);

/** A page of 1 MB takes DynamoDB longer than one item; this is for both. */
const TABLE_LATENCY = { p50Ms: 4, p99Ms: 12 };

let nextLatencyMs: (() => number) | undefined;
let nextTableLatencyMs: (() => number) | undefined;
let limit: AccountLimit | undefined;
let members: Members;
let posted = 0;
let throttled = 0;
const broadcasts = new Map<string, { posted: number; firstMs: number; lastMs: number }>();
const reached = new Set<string>();

const { pem }: MockTask = JSON.parse(process.argv[2] ?? "{}");
const onRequest: OnRequest = ({ path, head, body }, answer) => {
  if (path === "/") {
    const operation = /x-amz-target: DynamoDB_20120810\.(\w+)/i.exec(head)?.[1] ?? "";
    const page = members.page(operation, body.toString());
    const answered = response("200 OK", ["content-type: application/x-amz-json-1.0"], page);
    return after(nextTableLatencyMs, () => answer(answered));
  }
  const chunk = chunkAt(path, endpoint);
  if (chunk) return answer(response("200 OK", [], chunk));
  if (path.startsWith("/2015-03-31/functions/")) return after(nextTableLatencyMs, () => answer(INVOKED));
  if (limit && !limit.admits()) {
    throttled++;
    return after(nextLatencyMs, () => answer(THROTTLED));
  }
  posted++;
  reached.add(path);
  const [, name = ""] = /^42\["said","([^"]*)"/.exec(body.toString("latin1", 0, 64)) ?? [];
  after(nextLatencyMs, () => {
    note(name);
    answer(ACCEPTED);
  });
};
const port = await serveHttp(onRequest, pem);

process.on("message", (message: ToMock) => {
  if (message.type === "configure") {
    configure(message.settings);
    send({ type: "configured" });
  } else {
    send({ type: "stats", stats: stats() });
    forget();
  }
});
const endpoint = `http://127.0.0.1:${port}/prod`;
send({ type: "listening", port });

function configure({ latency, postsPerSecond, members: count }: MockSettings): void {
  nextLatencyMs = latency && latencies(latency);
  nextTableLatencyMs = latency && latencies(TABLE_LATENCY);
  limit = postsPerSecond === undefined ? undefined : new AccountLimit(postsPerSecond);
  members = new Members(count, endpoint);
  forget();
}

function note(name: string): void {
  const nowMs = performance.timeOrigin + performance.now();
  const broadcast = broadcasts.get(name) ?? { posted: 0, firstMs: nowMs, lastMs: nowMs };
  broadcast.posted++;
  broadcast.lastMs = nowMs;
  broadcasts.set(name, broadcast);
}

function stats(): MockStats {
  const named = [...broadcasts].map(([name, broadcast]) => ({ name, ...broadcast }));
  return { posted, throttled, reached: reached.size, broadcasts: named };
}

function forget(): void {
  posted = 0;
  throttled = 0;
  reached.clear();
  broadcasts.clear();
}

function after(latencyMs: (() => number) | undefined, task: () => void): void {
  if (latencyMs) setTimeout(task, Math.round(latencyMs()));
  else task();
}

function send(message: FromMock): void {
  process.send?.(message);
}
