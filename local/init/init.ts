import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InitError } from "../errors.js";
import { ownPackage } from "../own-package.js";
import { packageJson } from "./package-json.js";

/** Plain files, which a new project gets as they are. */
const TEMPLATE = fileURLToPath(new URL("./template", import.meta.url));
/** npm leaves a file of its right name out of a package. */
const GITIGNORE = ["_gitignore", ".gitignore"] as const;
/** What an empty repository may have. */
const MAY_BE_THERE = new Set([".git", ".DS_Store", ".idea", ".vscode"]);

/**
 * Makes a small project in a folder, which it creates: a server, a CDK stack, a test. Gives
 * what it has made and what to do next, for a person.
 *
 * @param folder Absolute path. @throws InitError where it is not empty; then nothing is written
 */
export function init(folder: string): string {
  refuseWhatIsThere(folder);
  const name = packageName(basename(folder));
  const files = packageJson(name, ownPackage());
  mkdirSync(folder, { recursive: true });
  cpSync(TEMPLATE, folder, { recursive: true });
  renameSync(join(folder, GITIGNORE[0]), join(folder, GITIGNORE[1]));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(files, undefined, 2)}\n`);
  const readme = join(folder, "README.md");
  writeFileSync(readme, readFileSync(readme, "utf8").replaceAll("{{name}}", name));
  return `${created(folder, name)}\n\n${nextSteps(folder)}`;
}

function refuseWhatIsThere(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory())
    throw new InitError(`${folder} is a file. Name a folder that is new or empty.`);
  const there = readdirSync(folder).filter((name) => !MAY_BE_THERE.has(name));
  if (there.length === 0) return;
  const what = there.length === 1 ? there[0] : `${there[0]} and ${there.length - 1} more`;
  throw new InitError(`${folder} is not empty: it has ${what}. Name a folder that is new or empty.`);
}

/** The folder's name, as far as npm takes it for a package. */
function packageName(folderName: string): string {
  const name = folderName
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, "-")
    .replace(/^[-._]+|-+$/g, "");
  return name || "chat";
}

/** The files that a person will open, with what each is. */
const FILES = [
  ["src/app.ts", "the Socket.IO server"],
  ["lib/chat-stack.ts", "the CDK stack"],
  ["test/app.test.ts", "a test of the server"],
  ["README.md", "how to go on"],
] as const;

function created(folder: string, name: string): string {
  const rows = FILES.map(([file, what]) => `  ${file.padEnd(20)}${what}`);
  return [`Created ${name} in ${folder}:`, "", ...rows].join("\n");
}

function nextSteps(folder: string): string {
  const way = relative(process.cwd(), resolve(folder));
  const go = way === "" ? "" : `cd ${/[^\w./\\-]/.test(way) ? JSON.stringify(way) : way} && `;
  return [
    "Next:",
    "",
    `  ${go}npm install`,
    "  npm test      two clients meet in a room",
    "  npm start     the stack on this machine",
  ].join("\n");
}
