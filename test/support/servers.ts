/**
 * Debian's Redis and PostgreSQL for a test file, where the machine has them: each in a temporary folder,
 * reached by a Unix socket in it, so that no port can be taken, and ended by its pid.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";

export interface Servers {
  /** What their clients need to find them. `PGHOST` and the others are PostgreSQL's own. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The program, or `undefined` where this machine has none. */
export const REDIS = find("redis-server", (process.env.PATH ?? "").split(delimiter));
export const POSTGRES = find("postgres", postgresFolders());
const INITDB = find("initdb", postgresFolders());

/** Why tests are skipped, for readers of the run's output. */
export function missingServers(): string[] {
  const missing = (name: string, what: string) =>
    `There is no ${name} on this machine, so its tests are skipped: apt-get install ${what}`;
  return [
    ...(REDIS ? [] : [missing("Redis", "redis-server")]),
    ...(POSTGRES ? [] : [missing("PostgreSQL", "postgresql")]),
  ];
}

/** Starts those that there are. `schema` is SQL that PostgreSQL runs once. */
export async function startServers(schema: string): Promise<Servers> {
  // Not below TMPDIR: a Unix socket's path has 107 bytes.
  const folder = mkdtempSync(join("/tmp", "servers-"));
  const running: { readonly process: ChildProcess; readonly signal: NodeJS.Signals }[] = [];
  const kill = () => {
    for (const { process } of running) process.kill("SIGKILL");
  };
  process.once("exit", kill);
  const variables: Record<string, string> = {};
  if (REDIS) {
    const socket = join(folder, "redis");
    running.push({ process: await startRedis(REDIS, socket), signal: "SIGTERM" });
    variables.REDIS_SOCKET = socket;
  }
  if (POSTGRES && INITDB) {
    running.push({ process: await startPostgres(POSTGRES, INITDB, folder), signal: "SIGINT" });
    Object.assign(variables, { PGHOST: folder, PGUSER: "postgres", PGDATABASE: "postgres" });
    await run(schema, folder);
  }
  return {
    variables,
    async close() {
      process.off("exit", kill);
      await Promise.all(
        running.map(async ({ process, signal }) => {
          const ended = once(process, "exit");
          process.kill(signal);
          await ended;
        }),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startRedis(program: string, socket: string): Promise<ChildProcess> {
  const args = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"];
  return ready(spawn(program, args, { cwd: tmpdir() }), /ready to accept connections/i);
}

/** PostgreSQL refuses to run as root, so there it runs as the user that Debian's package has made for it. */
async function startPostgres(program: string, initdb: string, folder: string): Promise<ChildProcess> {
  const user = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: "C" } };
  const args = ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"];
  const [code] = await once(spawn(initdb, args, { ...options, stdio: "ignore" }), "exit");
  if (code !== 0) throw new Error(`initdb ended with code ${code}.`);
  const settings = ["fsync=off", "max_connections=400", "shared_buffers=32MB"].flatMap((one) => ["-c", one]);
  const server = spawn(program, ["-D", data, "-k", folder, "-h", "", ...settings], options);
  return ready(server, /ready to accept connections/);
}

function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}

/** Resolves when the server has printed that it is. */
function ready(server: ChildProcess, line: RegExp): Promise<ChildProcess> {
  const printed: string[] = [];
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) =>
      reject(new Error(`${server.spawnfile} ended with ${code}:\n${printed.join("\n")}`)),
    );
    for (const output of [server.stdout, server.stderr]) {
      if (!output) continue;
      createInterface({ input: output }).on("line", (text) => {
        printed.push(text);
        if (line.test(text)) resolve(server);
      });
    }
  });
}

async function run(sql: string, host: string): Promise<void> {
  const client = new pg.Client({ host, user: "postgres", database: "postgres" });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Debian keeps a folder for each version; the newest comes first. */
function postgresFolders(): string[] {
  const root = "/usr/lib/postgresql";
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, "bin"));
  } catch {
    return []; // not installed
  }
}

function find(program: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
