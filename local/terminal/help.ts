import { CHECK_FLAGS, DEV_FLAGS, type Flag } from "./flags.js";

export const PROGRAM = "socket.io-lambda";

export const COMMANDS = {
  dev: "Runs your stack on this machine, with no AWS account.",
  check: "Reads your program and says what will not survive between two events.",
  init: "Makes a small app: a server, a CDK stack, a test.",
  help: "Explains a command.",
} as const;

export type CommandName = keyof typeof COMMANDS;

const GENERAL = `${PROGRAM}: a real Socket.IO server inside AWS Lambda.

  ${PROGRAM} <command>

${columns(Object.entries({ "dev [FILE]": COMMANDS.dev, "check [FILE]": COMMANDS.check, "init [FOLDER]": COMMANDS.init, "help [COMMAND]": COMMANDS.help }))}

  -h, --help      Shows this; behind a command, explains the command.
  -v, --version   Prints the version.`;

const DEV = `${COMMANDS.dev} API Gateway, Lambda, DynamoDB, SQS and the schedules are imitated.

  ${PROGRAM} dev [FILE] [options]

With FILE, your server file as you start it with node, it runs one SocketIoApi around that. Without, it runs the CDK app of the folder's cdk.json.

${columns(Object.entries(DEV_FLAGS).map(([name, flag]) => [formsOf(name, flag), flag.help]))}`;

const CHECK = `${COMMANDS.check}

  ${PROGRAM} check [FILE] [options]

FILE starts your server; the files that it imports are read as well. Default: the app of cdk.json, or what npm start runs. Exit code: 0 nothing found, 1 findings, 2 a file that cannot be read. docs/check.md has the rules.

${columns(Object.entries(CHECK_FLAGS).map(([name, flag]) => [formsOf(name, flag), flag.help]))}`;

const INIT = `${COMMANDS.init}

  ${PROGRAM} init [FOLDER]

FOLDER is made, or must be empty. Default: the current folder. Then: npm install, npm test, npm start.

${columns([["-h, --help", "Shows this."]])}`;

const HELP = `${COMMANDS.help}

  ${PROGRAM} help [COMMAND]`;

export function helpOf(command?: CommandName): string {
  if (command === undefined) return GENERAL;
  return { dev: DEV, check: CHECK, init: INIT, help: HELP }[command];
}

function formsOf(name: string, { short, value }: Flag): string {
  const long = name === "inspect" ? "--inspect[=PORT]" : [`--${name}`, value].filter(Boolean).join(" ");
  return short ? `-${short}, ${long}` : `    ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 3;
  return rows
    .map(([left, right]) => `  ${left.padEnd(width)}${right.replaceAll("\n", `\n${" ".repeat(width + 2)}`)}`)
    .join("\n");
}
