/**
 * What `init` makes passes its own tests, here with this checkout's packages; the tarball's
 * test installs them.
 */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { InitError } from "../../local/errors.js";
import { init } from "../../local/init/init.js";
import { packageJson } from "../../local/init/package-json.js";
import { ownPackage } from "../../local/own-package.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "init-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("the README shows the server that it makes", () => {
  const [, shown] = /```ts app\n(.*?)```/s.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
  const made = readFileSync(join(ROOT, "local/init/template/src/app.ts"), "utf8");
  const handlersOf = (code = "") => code.slice(code.indexOf("io.on(")).replaceAll(/\n+/g, "\n");
  expect(handlersOf(shown)).toBe(handlersOf(made));
});

/** This checkout as a package, whose entries are its sources: nothing is built here. */
function linkSources(folder: string): void {
  mkdirSync(folder);
  for (const part of ["runtime", "lib", "local", "lambdas"])
    symlinkSync(join(ROOT, part), join(folder, part));
  const exports = { ".": "./runtime/index.ts", "./cdk": "./lib/index.ts", "./testing": "./local/testing.ts" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "socket.io-lambda", type: "module", exports }),
  );
}

describe("init", () => {
  it("makes a project whose own tests pass", async () => {
    const folder = join(temporary(), "My Chat");
    const said = init(folder);
    expect(said).toContain(`Created my-chat in ${folder}:\n`);
    const named = [...said.matchAll(/^ {2}(\S+\.\w+) /gm)].map(([, file = ""]) => file);
    expect(named).toContain("src/app.ts");
    for (const file of named) expect(existsSync(join(folder, file)), file).toBe(true);
    expect(said.slice(said.indexOf("Next:"))).toMatch(
      /^Next:\n\n {2}cd .* && npm install\n {2}npm test .*\n {2}npm start .*$/,
    );
    expect(readdirSync(folder).sort()).toEqual(
      [
        ".gitignore",
        "README.md",
        "bin",
        "cdk.json",
        "lib",
        "package.json",
        "src",
        "test",
        "tsconfig.json",
      ].sort(),
    );
    const { name, scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect([name, scripts.start]).toEqual(["my-chat", "socket.io-lambda dev"]);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(/^# my-chat\n/);

    const modules = join(folder, "node_modules");
    mkdirSync(modules);
    for (const one of readdirSync(join(ROOT, "node_modules")).filter((one) => !one.startsWith("."))) {
      symlinkSync(join(ROOT, "node_modules", one), join(modules, one));
    }
    linkSources(join(modules, "socket.io-lambda"));
    const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, "run", "--root", folder], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
    });
    expect(stdout).toMatch(/Tests +2 passed/);
  });

  it("refuses a folder that is not empty, and writes nothing into it", () => {
    const folder = temporary();
    writeFileSync(join(folder, "mine.txt"), "");
    expect(() => init(folder)).toThrow(
      new InitError(`${folder} is not empty: it has mine.txt. Name a folder that is new or empty.`),
    );
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
  });

  it("takes a repository without a file", () => {
    const folder = temporary();
    mkdirSync(join(folder, ".git"));
    init(folder);
    expect(readdirSync(folder)).toContain("cdk.json");
  });
});

describe("the new project's package.json", () => {
  const own = ownPackage();

  it("has a version for each package, and this package's own", () => {
    const { dependencies, devDependencies } = packageJson("chat", own) as Record<
      string,
      Record<string, string>
    >;
    expect(dependencies).toHaveProperty(["socket.io-lambda"], `^${own.version}`);
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/\d/);
  });

  it("names the file that this package was installed from", () => {
    const cache = temporary();
    const folder = join(cache, "node_modules", "socket.io-lambda");
    mkdirSync(folder, { recursive: true });
    const packages = {
      "node_modules/socket.io-lambda": { resolved: "file:../there/socket.io-lambda-0.1.0.tgz" },
    };
    writeFileSync(join(cache, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
    expect(packageJson("chat", { ...own, folder })).toMatchObject({
      dependencies: { "socket.io-lambda": `file:${join(cache, "../there/socket.io-lambda-0.1.0.tgz")}` },
    });
  });
});
