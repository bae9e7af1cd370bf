/** DynamoDB and the management API for one function, on one port: each call succeeds, after a latency. */
import { response, serveHttp } from "../mock/http.js";
import { latencies } from "../mock/latency.js";
import type { FromMock, MockTask, ToMock } from "./protocol.js";

const { item }: MockTask = JSON.parse(process.argv[2] ?? "");
const JSON_1_0 = ["content-type: application/x-amz-json-1.0"];
const ITEM = response("200 OK", JSON_1_0, JSON.stringify({ Item: item }));
const DONE = response("200 OK", JSON_1_0, "{}");
const POSTED = response("200 OK");

let nextTableMs = () => 0;
let nextPostMs = () => 0;
let waits: number[] = [];

const port = await serveHttp(({ path, head }, answer) => {
  const isTable = path === "/";
  const ms = isTable ? nextTableMs() : nextPostMs();
  const isRead = head.includes("DynamoDB_20120810.GetItem");
  const answered = isTable ? (isRead ? ITEM : DONE) : POSTED;
  waits.push(ms);
  if (ms === 0) answer(answered);
  else setTimeout(() => answer(answered), ms);
});

process.on("message", (message: ToMock) => {
  if (message.type === "answer after") {
    const { latency } = message;
    nextTableMs = latency ? rounded(latencies(latency.table, 1)) : () => 0;
    nextPostMs = latency ? rounded(latencies(latency.post, 2)) : () => 0;
    waits = [];
    send({ type: "ready" });
  } else {
    send({ type: "waits", ms: waits });
    waits = [];
  }
});
send({ type: "listening", port });

/** Timers know whole milliseconds. */
function rounded(next: () => number): () => number {
  return () => Math.max(1, Math.round(next()));
}

function send(message: FromMock): void {
  process.send?.(message);
}
