/**
 * The packed tarball, installed by npm in a folder of its own. Projects below that folder
 * share its `node_modules`.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  /** stdout and stderr. */
  readonly output: string;
}

export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), "socket.io-lambda-package-"));
  tarball = "";
  /** Names of the files in the tarball. */
  files: readonly string[] = [];

  /** Builds and packs as `npm publish` does, and installs the tarball with what its user needs at least. */
  async install(): Promise<void> {
    const pack = ["pack", "--json", "--pack-destination", this.folder];
    const packed = await this.run("npm", pack, ROOT, { BUILD_UNCHECKED: "yes" });
    const json = JSON.parse(packed.stdout.slice(packed.stdout.search(/^[[{]/m)));
    this.tarball = join(this.folder, json[0].filename);
    this.files = json[0].files.map(({ path }: { path: string }) => path);
    this.write("package.json", JSON.stringify({ private: true }));
    await this.npmInstall(this.folder, this.tarball, "socket.io@4");
  }

  async npmInstall(folder: string, ...packages: string[]): Promise<void> {
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock"];
    const { code, output } = await this.run("npm", ["install", ...flags, ...packages], folder);
    if (code !== 0) throw new Error(`npm install ${packages.join(" ")} failed: ${output}`);
  }

  /**
   * Adds the packages of this repository that are not installed yet, by links: aws-cdk-lib
   * alone has 5,000 files.
   */
  linkOthers(): void {
    const from = join(ROOT, "node_modules");
    for (const name of readdirSync(from)) {
      const names = name.startsWith("@")
        ? readdirSync(join(from, name)).map((part) => `${name}/${part}`)
        : [name];
      for (const one of names) {
        const link = join(this.folder, "node_modules", one);
        if (one.startsWith(".") || existsSync(link)) continue;
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(from, one), link);
      }
    }
  }

  /** Writes a file of a project, and gives the folder of the project. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return dirname(file);
  }

  /** Runs a program until it ends. */
  run(command: string, args: readonly string[], folder = this.folder, env = {}): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(
        command,
        args,
        { cwd: folder, env: { ...userEnvironment(), ...env }, maxBuffer: 2 ** 26 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ code, stdout, output: stdout + stderr });
        },
      );
    });
  }

  /** The program of an installed package. */
  bin(name: string): string {
    return join(this.folder, "node_modules", name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Without what vitest and npm set for this process. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const own = /^(VITEST|TEST|NODE_ENV|NODE_OPTIONS|npm_|INIT_CWD)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
