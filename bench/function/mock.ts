/**
 * DynamoDB and the management API for one function, on one port: each call succeeds, after a latency. Beside
 * them Lambda's Extensions API, which is on the function's own machine and has none.
 */
import { response, serveHttp } from "../mock/http.js";
import { latencies } from "../mock/latency.js";
import { extensionAnswer } from "./extensions.js";
import type { Held, MockTask, ToMock } from "./protocol.js";

const { connections, members }: MockTask = JSON.parse(process.argv[2] ?? "");
const JSON_1_0 = ["content-type: application/x-amz-json-1.0"];
const json = (body: object) => response("200 OK", JSON_1_0, JSON.stringify(body));
const ITEMS = new Map(connections.map((item) => [item.connectionId?.S, item]));
const MEMBERS = json({ Items: members, Count: members.length });
const DONE = json({});
const POSTED = response("200 OK");

let nextTableMs = () => 0;
let nextPostMs = () => 0;
let held: Held[] = [];

const port = await serveHttp(({ path, head, body }, answer) => {
  const ofExtension = extensionAnswer(path);
  if (ofExtension !== undefined) {
    answer(ofExtension);
    return;
  }
  const startMs = performance.now();
  const kind = kindOf(path, head);
  const ms = kind === "mark" ? 0 : kind === "post" ? nextPostMs() : nextTableMs();
  const answered = answerTo(kind, body);
  const end = () => {
    held.push({ kind, ms: performance.now() - startMs });
    answer(answered);
  };
  if (ms === 0) end();
  else setTimeout(end, ms);
});

function kindOf(path: string, head: string): string {
  if (path === "/mark") return "mark";
  return path === "/" ? (/DynamoDB_20120810\.(\w+)/.exec(head)?.[1] ?? "") : "post";
}

function answerTo(kind: string, body: Buffer): string {
  if (kind === "post" || kind === "mark") return POSTED;
  if (kind === "Query") return MEMBERS;
  const request = JSON.parse(String(body));
  if (kind === "GetItem") return json({ Item: ITEMS.get(request.Key.connectionId?.S) });
  if (kind !== "BatchGetItem") return DONE;
  const [[table, { Keys }]] = Object.entries(request.RequestItems) as [
    [string, { Keys: { connectionId: { S: string } }[] }],
  ];
  return json({ Responses: { [table]: Keys.map(({ connectionId }) => ITEMS.get(connectionId.S)) } });
}

process.on("message", (message: ToMock) => {
  if (message.type === "answer after") {
    const { latency } = message;
    nextTableMs = latency ? latencies(latency.table, 1) : () => 0;
    nextPostMs = latency ? latencies(latency.post, 2) : () => 0;
    held = [];
    process.send?.({ type: "ready" });
  } else {
    process.send?.({ type: "held", held });
    held = [];
  }
});
process.send?.({ type: "listening", port });
