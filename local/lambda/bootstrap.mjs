/**
 * What runs in a worker thread: one execution environment of one function, as Lambda's own bootstrap would
 * be. Loads the handler (the cold start), then takes one event at a time. Plain JavaScript, because a worker
 * that had to load a TypeScript loader first would not have the function's cold start but the loader's.
 *
 * After each answer the whole thread sleeps until the next event, as AWS freezes an environment: timers and
 * promises that the handler left behind do not run in between, but go on in the next invocation. Where the
 * function has extensions inside, it sleeps when they, too, have asked for the next event. Source:
 * docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { existsSync } from "node:fs";
import inspector from "node:inspector";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect, types } from "node:util";
import { receiveMessageOnPort, workerData } from "node:worker_threads";

const {
  port,
  signals,
  codeFolder,
  handler,
  functionName,
  functionArn,
  memoryMb,
  logGroupName,
  isInspectable,
} = workerData;
/**
 * The parent writes how many extensions have not asked for the next event, and counts what it has told us.
 */
const shared = new Int32Array(signals);
const [NEWS, BUSY] = [0, 1];

// An app's stack trace should name its own files and lines.
process.setSourceMapsEnabled(true);

if (isInspectable) {
  inspector.open(0, "127.0.0.1");
  port.postMessage({ type: "inspectable", url: inspector.url() });
}

/** In the order of Lambda's own bootstrap (aws-lambda-nodejs-runtime-interface-client, `UserFunction.js`). */
const EXTENSIONS = [".js", ".mjs", ".cjs"];

const handle = await load();
if (handle) {
  port.postMessage({ type: "ready" });
  for (;;) {
    // AWS's bootstrap reports the answer and asks for the next event by HTTP: the event loop turns before the
    // freeze, and a kept connection whose answer has been read goes back to its pool.
    await new Promise((resolve) => setImmediate(resolve));
    await outputWritten();
    const { event, requestId, deadlineMs } = await nextInvocation();
    try {
      const result = await handle(event, lambdaContext(requestId, deadlineMs));
      // As text, so that the caller sees what AWS would pass on: no class instances, no
      // undefined, no functions.
      port.postMessage({ type: "result", requestId, payload: JSON.stringify(result) ?? "null" });
    } catch (error) {
      port.postMessage({ type: "error", requestId, error: describe(error) });
    }
  }
}

async function load() {
  try {
    const dot = handler.lastIndexOf(".");
    const path = join(codeFolder, handler.slice(0, dot));
    const file = EXTENSIONS.map((extension) => path + extension).find((name) => existsSync(name));
    if (file === undefined) throw new Error(`There is no file ${path} (${EXTENSIONS.join(", ")}).`);
    const loaded = await import(pathToFileURL(file).href);
    const name = handler.slice(dot + 1);
    // Node finds the exports of CommonJS by reading, and not all of them.
    const exported = loaded[name] ?? loaded.default?.[name];
    if (typeof exported === "function") return exported;
    throw new Error(`${file} exports no function named ${name}.`);
  } catch (error) {
    port.postMessage({ type: "failed", error: describe(error) });
    await outputWritten();
    return undefined;
  }
}

/** Waits until the parent has sent an event: asleep, as soon as all extensions wait, too. */
async function nextInvocation() {
  for (;;) {
    const seen = Atomics.load(shared, NEWS);
    const received = receiveMessageOnPort(port);
    if (received) return received.message;
    if (Atomics.load(shared, BUSY) > 0) await extensionsWork(seen);
    else Atomics.wait(shared, NEWS, seen);
  }
}

/** Lets the event loop turn until there is news. */
async function extensionsWork(seen) {
  // An extension that waits for nothing keeps an environment busy until its time is up; it does not end it.
  const alive = setInterval(() => {}, 2 ** 30);
  await Atomics.waitAsync(shared, NEWS, seen).value;
  clearInterval(alive);
  await outputWritten();
}

/**
 * A worker's output goes through the parent's event loop; asleep before it went out, a line
 * would show up one event late.
 */
async function outputWritten() {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((resolve) => stream.write("", resolve));
  }
}

function lambdaContext(awsRequestId, deadlineMs) {
  return {
    awsRequestId,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    logGroupName,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

function describe(thrown) {
  // Named as Lambda's own bootstrap does (aws-lambda-nodejs-runtime-interface-client, `Errors.js`).
  if (!types.isNativeError(thrown) && !(thrown instanceof Error)) {
    return { name: typeof thrown, message: typeof thrown === "object" ? inspect(thrown) : String(thrown) };
  }
  // Reading `stack` is what maps it to the sources.
  return { name: thrown.name, message: thrown.message, stack: thrown.stack };
}
