/**
 * Lets the other end of `link` say what becomes of each DynamoDB call: it is late, changed, or answered with
 * an error, before or after dynalite has done it (`TableVerdict` in `tables.ts`). Callers see real answers
 * over HTTP. While nobody wants to judge, calls go straight to dynalite.
 */
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

export function intercept(server, link) {
  const [serve] = server.listeners("request");
  const waiting = new Map();
  let isJudged = false;
  let lastId = 0;

  link.on("message", (message) => {
    if (message.type === "judged") isJudged = message.isJudged;
    else if (message.type === "verdict") waiting.get(message.id)(message.verdict);
  });

  const judge = (call) =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, (verdict) => {
        waiting.delete(id);
        resolve(verdict);
      });
      link.postMessage({ type: "call", id, ...call });
    });

  const handle = async (request, response) => {
    const { headers, method, url } = request;
    const body = await text(request);
    const operation = /\.(\w+)$/.exec(headers["x-amz-target"] ?? "")?.[1];
    const verdict = operation && isJson(body) ? await judge({ operation, body }) : {};
    const { waitMs = 0, request: changed, error, isDone = false } = verdict;
    if (waitMs > 0) await delay(waitMs);
    if (error && !isDone) return refuse(response, error);
    const sent = changed === undefined ? body : JSON.stringify(changed);
    serve(Object.assign(Readable.from([sent]), { headers, method, url }), answerTo(response, verdict));
  };

  server.removeListener("request", serve);
  server.on("request", (request, response) => {
    if (!isJudged) serve(request, response);
    // The caller went away in the middle of its request, as a killed environment does.
    else handle(request, response).catch(() => response.destroy());
  });
}

/** What dynalite answers to: the caller, or one that changes the answer before the caller gets it. */
function answerTo(response, { error, unprocessed }) {
  if (error) return { setHeader() {}, end: () => refuse(response, error) };
  if (unprocessed === undefined) return response;
  const answer = {
    statusCode: 200,
    setHeader() {},
    end(body) {
      const isOk = answer.statusCode === 200;
      send(response, answer.statusCode, isOk ? withUndone(JSON.parse(body), unprocessed) : JSON.parse(body));
    },
  };
  return answer;
}

/** What was withheld, beside what dynalite itself left undone because its answer was full. */
function withUndone(answer, unprocessed) {
  const merged = { ...answer };
  for (const [name, tables] of Object.entries(unprocessed)) {
    merged[name] = { ...answer[name] };
    for (const [table, parts] of Object.entries(tables)) {
      const own = answer[name]?.[table];
      merged[name][table] = Array.isArray(parts)
        ? [...(own ?? []), ...parts]
        : { ...parts, Keys: [...(own?.Keys ?? []), ...parts.Keys] };
    }
  }
  return merged;
}

function refuse(response, { status, type, message }) {
  send(response, status, { __type: type, message });
}

function send(response, status, json) {
  const body = JSON.stringify(json);
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.0",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function isJson(body) {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
