/**
 * Preloaded into each Node process of a CDK app's command (`NODE_OPTIONS=--require`): notes what the process
 * depends on and leaves a report in a folder when it ends. Whatever starts the app (`npx ts-node`, `tsx`,
 * plain Node), the process that synthesizes is a Node process. Plain JavaScript, because it loads before any
 * TypeScript loader; CommonJS, because Node 20 loads the app itself as an ES module where something is
 * preloaded with `--import`, and then ts-node never sees it.
 */
const childProcess = require("node:child_process");
const { subscribe } = require("node:diagnostics_channel");
const fs = require("node:fs");
const nodeModule = require("node:module");
const { join, resolve, sep } = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { isMainThread, MessageChannel, receiveMessageOnPort } = require("node:worker_threads");
const { isForeignBundler } = require("./foreign-bundler.cjs");

const REPORTS = process.env.SOCKET_IO_LAMBDA_REPORTS;

function start() {
  const project = process.cwd();
  const manifest = resolve(process.env.CDK_OUTDIR ?? "", "manifest.json");
  const ignored = (process.env.SOCKET_IO_LAMBDA_IGNORED ?? "").split("\n").filter(Boolean);
  const original = { writeFileSync: fs.writeFileSync, existsSync: fs.existsSync };
  const inputs = new Map();
  const report = { synthesized: false, complete: true, failure: undefined };
  const note = (kind, name) => inputs.set(`${kind} ${name}`, [kind, name]);

  const noteFile = (kind, argument) => {
    const path = argument instanceof URL ? fileURLToPath(argument) : argument;
    if (typeof path !== "string") return;
    const file = resolve(path);
    const isOurs = isIn(file, project) || (kind === "content" && SOURCE.test(file));
    if (!isOurs || isInstalled(file) || ignored.some((folder) => isIn(file, folder))) return;
    note(kind, file);
  };
  for (const [kind, names] of Object.entries(READS)) {
    for (const name of names) {
      for (const api of [fs, fs.promises]) observe(api, name, (file) => noteFile(kind, file));
    }
  }
  observe(fs, "writeFileSync", (file) => {
    if (typeof file === "string" && resolve(file) === manifest) report.synthesized = true;
  });
  for (const name of ["spawnSync", "execSync", "execFileSync", "spawn", "exec", "execFile"]) {
    observe(childProcess, name, (_command, args) => {
      // What another program reads is not known. esbuild is: who calls it, publishes its
      // inputs, or is a loader.
      const isKnown = String(args?.[0]).startsWith("--service=") || OUR_BUILD.test(String(args?.at?.(-1)));
      if (!isKnown) report.complete = false;
    });
  }
  nodeModule.syncBuiltinESMExports();

  subscribe("socket.io-lambda:bundled", ({ files, folders }) => {
    for (const file of files) note("content", file);
    for (const folder of folders) note("entries", folder);
  });
  recordModules(
    (url) => noteFile("content", url),
    () => (report.complete = false),
  );

  process.on("uncaughtExceptionMonitor", (error) => {
    report.failure = failureOf(error);
  });
  process.on("exit", () => {
    drainModules();
    const content = JSON.stringify({ ...report, main: process.argv[1], inputs: [...inputs.values()] });
    original.writeFileSync(join(REPORTS, `${process.pid}.json`), content);
  });
  process.env = new Proxy(process.env, {
    get(target, name, receiver) {
      if (typeof name === "string") note("environment", name);
      return Reflect.get(target, name, receiver);
    },
    // By way of the proxy, Node would refuse to set a variable a second time.
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}

/** `lib/build-in-child.ts` runs it. */
const OUR_BUILD = /[\\/]lib[\\/]build-with-plugin\.[jt]s$/;
const SOURCE = /\.([cm]?[jt]s|[jt]sx|json)$/;

/** Functions of `fs`, and of `fs.promises`, with a path for their first argument. */
const READS = {
  content: ["readFileSync", "readFile", "openSync", "open", "copyFileSync", "copyFile", "createReadStream"],
  existence: ["existsSync", "statSync", "stat", "lstatSync", "lstat", "accessSync", "access"],
  names: ["readdirSync", "readdir"],
};

/** Replaces a function by one that calls `before` with its arguments, then does the same. */
function observe(api, name, before) {
  const original = api[name];
  if (typeof original !== "function") return;
  const observed = function (...args) {
    before(...args);
    return original.apply(this, args);
  };
  // `realpathSync.native`, `exec[promisify.custom]` and the like hang on the functions.
  Object.defineProperties(observed, Object.getOwnPropertyDescriptors(original));
  api[name] = observed;
}

let drainModules = () => {};

/** Hears of each module that is imported or required, whatever loader is on top. */
function recordModules(onModule, onForeignBundler) {
  const hear = ({ url, isBundler }) => {
    if (isBundler) onForeignBundler();
    if (url) onModule(new URL(url));
  };
  const { port1, port2 } = new MessageChannel();
  nodeModule.register(pathToFileURL(join(__dirname, "recorder-hooks.mjs")), {
    data: { port: port2, fallback: process.env.SOCKET_IO_LAMBDA_PEERS },
    transferList: [port2],
  });
  port1.unref();
  drainModules = () => {
    for (let next = receiveMessageOnPort(port1); next; next = receiveMessageOnPort(port1)) hear(next.message);
  };
  const { _resolveFilename: resolveFilename } = nodeModule;
  nodeModule._resolveFilename = function (request, parent, ...rest) {
    const file = resolveFilename.call(this, request, parent, ...rest);
    if (isForeignBundler(request, parent?.filename ?? "")) onForeignBundler();
    if (file.includes(sep)) onModule(file);
    return file;
  };
}

function failureOf(error) {
  if (!(error instanceof Error)) return { message: String(error), problems: [] };
  const { name, message, stack, cause } = error;
  const isForPeople = "nextStep" in error;
  const problems = [error, cause].flatMap((thrown) => (Array.isArray(thrown?.errors) ? thrown.errors : []));
  return {
    name,
    message,
    ...(!isForPeople && { stack }),
    problems: problems.filter((problem) => "text" in problem),
  };
}

function isInstalled(file) {
  return file.split(sep).includes("node_modules");
}

function isIn(file, folder) {
  return file === folder || file.startsWith(folder + sep);
}

// npm and npx only start the program, and they read every variable that there is.
const isNpm = /[\\/]np[mx](-cli\.js)?$/.test(process.argv[1] ?? "");
if (isMainThread && REPORTS && !isNpm) start();
