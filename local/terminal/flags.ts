/**
 * Every flag of `dev`: what it takes, its short form, and its line in the help.
 * `docs/local-stack.md` lists the same.
 */

/** As `util.parseArgs` takes it, with what the help says. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** May be given several times. @default false */
  readonly multiple?: boolean;
  /** What stands behind a flag of type "string". */
  readonly value?: string;
  readonly help: string;
}

export const DEFAULT_PORT = 3000;
export const DEFAULT_ENVIRONMENTS = 2;
export const DEFAULT_INSPECT_PORT = 9229;
export const MINUTE_MS = 60_000;

export const DEV_FLAGS = {
  app: {
    short: "a",
    type: "string",
    value: "FILE",
    help: "The same as FILE: the file that makes your Socket.IO server.",
  },
  port: {
    short: "p",
    type: "string",
    value: "N",
    help: `Port of the API and the page; 0 takes a free one. Default: ${DEFAULT_PORT}`,
  },
  host: {
    type: "string",
    value: "ADDRESS",
    help: "Address to listen at; 0.0.0.0 lets other machines in. Default: 127.0.0.1",
  },
  page: {
    type: "string",
    value: "FOLDER",
    help: "Files to serve at /, with socket.io-client below /socket.io/.",
  },
  open: { type: "boolean", short: "o", help: "Opens the page in a browser when the stack is ready." },
  env: {
    short: "e",
    type: "string",
    value: "NAME=VALUE",
    multiple: true,
    help: "A variable of the functions; they see none of your shell's. Repeatable.",
  },
  "env-file": {
    // Node 20 knows a flag of the same name, takes it wherever it stands, and ends where the file is missing.
    short: "f",
    type: "string",
    value: "FILE",
    multiple: true,
    help: "Variables from a file of NAME=VALUE lines. Repeatable; --env and later files win.",
  },
  stage: {
    short: "s",
    type: "string",
    value: "NAME",
    help: "Name of the stage, the path that clients connect to. Default: the CDK app's, prod",
  },
  order: {
    type: "string",
    value: "MODE",
    help: "concurrent, or ordered: a queue keeps each client's order. Default: the CDK app's, concurrent",
  },
  environments: {
    short: "n",
    type: "string",
    value: "N",
    help: `Environments that each function keeps; an event that waits long gets one more. Default: ${DEFAULT_ENVIRONMENTS}, 1 with --inspect`,
  },
  "on-demand": {
    type: "boolean",
    help: "Starts an environment when an event needs one: a first client waits for a cold start.",
  },
  minute: {
    type: "string",
    value: "MS",
    help: `How long a minute of the schedules takes, so that connections are pinged more often. Default: ${MINUTE_MS}`,
  },
  faults: {
    type: "string",
    value: "LIST",
    help: `What goes wrong, and how often, from a seed: seed=7,kill=0.01,delayMs=50. Default: nothing
DynamoDB calls: dbThrottle dbFail dbFailAfter dbUnprocessed dbSlow dbSlowMs
posts to clients: postThrottle postFail postFailAfter postGone postSlow postSlowMs
invocations: kill killWithinMs throttle repeat delayMs coldStart coldStartMs
connections: loseDisconnect repeatDisconnect cut jumpMs jumpEveryMs
What ends with Ms takes milliseconds; the others are shares, from 0 (never) to 1 (always).`,
  },
  inspect: {
    type: "string",
    value: "PORT",
    help: `Lets a debugger attach to the functions' threads, and takes their deadlines off. Write --inspect=PORT for another port. Default port: ${DEFAULT_INSPECT_PORT}`,
  },
  compare: {
    type: "boolean",
    help: "Runs each event again with and without kept memory, and says where they differ. Handlers run four times: for those without side effects.",
  },
  json: { type: "boolean", help: "Prints one JSON object a line, and nothing else." },
  "log-level": {
    type: "string",
    value: "LEVEL",
    help: "silent, error, warn, info or debug. Default: info",
  },
  help: { type: "boolean", short: "h", help: "Shows this." },
} as const satisfies Record<string, Flag>;

export const CHECK_FLAGS = {
  hints: {
    type: "boolean",
    help: "Also says what may be meant so: emits whose order is not kept, cors for this machine only.",
  },
  json: { type: "boolean", help: "One JSON object a line." },
  help: { type: "boolean", short: "h", help: "Shows this." },
} as const satisfies Readonly<Record<string, Flag>>;
