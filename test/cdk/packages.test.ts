/**
 * Packages that are not in the bundle: beside it, or left to a layer. Their tarball is
 * local, so npm needs no registry.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { App, Stack } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { BundledFunction, type BundledFunctionProps, InvalidPropError } from "../../lib/index.js";
import { LOCAL_CONTEXT } from "../../runtime/contract.js";

const folder = mkdtempSync(join(tmpdir(), "socket-io-lambda-packages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const project = join(folder, "project");
const entry = join(project, "app.ts");
const lockFile = join(project, "package-lock.json");
const tarball = join(folder, "tiny-addon-1.2.3.tgz");

beforeAll(() => {
  const addon = join(project, "node_modules", "tiny-addon");
  mkdirSync(addon, { recursive: true });
  writeFileSync(
    join(addon, "package.json"),
    '{ "name": "tiny-addon", "version": "1.2.3", "main": "index.js" }',
  );
  writeFileSync(join(addon, "index.js"), "exports.file = __filename;");
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: addon });
  writeFileSync(
    entry,
    'import { file } from "tiny-addon"; declare const TEXT: string; export const handler = () => [file, TEXT].join();',
  );
});
beforeEach(() => {
  writeLockFile("1.2.3");
  vi.spyOn(process, "cwd").mockReturnValue(project);
});
afterEach(() => vi.restoreAllMocks());

/** The lock file of a project that has more than the function needs. */
function writeLockFile(version: string): void {
  const packages = {
    "": { name: "project", dependencies: { "tiny-addon": "^1.0.0", other: "^2.0.0" } },
    "node_modules/other": { version: "2.0.0", resolved: "file:///nowhere/other.tgz" },
    "node_modules/tiny-addon": { version, resolved: `file:${tarball}` },
  };
  writeFileSync(lockFile, JSON.stringify({ name: "project", lockfileVersion: 3, requires: true, packages }));
}

interface Synthesized {
  readonly asset: string;
  readonly answer: () => string;
}

function synthesize(
  props: Partial<BundledFunctionProps>,
  context: Record<string, unknown> = {},
  parent = folder,
): Synthesized {
  const outdir = mkdtempSync(join(parent, "cdk.out-"));
  const define = { TEXT: '"defined"' };
  new BundledFunction(new Stack(new App({ outdir, context }), "Test"), "Fn", { entry, define, ...props });
  const [name = ""] = readdirSync(outdir).filter((file) => file.startsWith("asset."));
  const asset = join(outdir, name);
  const url = pathToFileURL(join(asset, "index.mjs")).href;
  const script = `console.log((await import(${JSON.stringify(url)})).handler())`;
  return {
    asset,
    answer: () =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { stdio: "pipe" }).toString(),
  };
}

describe("nodeModules", () => {
  it("are installed beside the bundle in the locked version, and nothing else is", () => {
    const { asset, answer } = synthesize({ nodeModules: ["tiny-addon"] });
    expect(readdirSync(asset).sort()).toEqual(["index.mjs", "index.mjs.map", "node_modules"]);
    expect(readdirSync(join(asset, "node_modules"))).toEqual(["tiny-addon"]);
    expect(answer()).toBe(`${join(asset, "node_modules", "tiny-addon", "index.js")},defined\n`);
  });

  it("make another asset for another processor or another lock file, and the same one otherwise", () => {
    const nameOf = (props: Partial<BundledFunctionProps> = {}) =>
      synthesize({ nodeModules: ["tiny-addon"], ...props })
        .asset.split("asset.")
        .at(-1);
    const name = nameOf();
    expect(nameOf()).toBe(name);
    expect(nameOf({ architecture: Architecture.X86_64 })).not.toBe(name);
    writeFileSync(lockFile, `${readFileSync(lockFile, "utf8")}\n`);
    expect(nameOf()).not.toBe(name);
  });

  it("are not installed for the local stack, whose assets find those of the project", () => {
    const { asset, answer } = synthesize({ nodeModules: ["tiny-addon"] }, { [LOCAL_CONTEXT]: true }, project);
    expect(existsSync(join(asset, "node_modules"))).toBe(false);
    expect(answer()).toBe(`${join(project, "node_modules", "tiny-addon", "index.js")},defined\n`);
  });

  it("are a program's template engine, too, which Express loads by name as it renders", () => {
    const program = join(project, "server.cjs");
    writeFileSync(
      program,
      `const app = { set: (_name, value) => { app.engine = value; } };
      app.set("view engine", "tiny-addon");
      // app.set("view engine", "missing");
      exports.render = () => require(app.engine).file;`,
    );
    const rendering = join(project, "rendering.ts");
    writeFileSync(rendering, 'import { render } from "#app"; export const handler = () => render();');
    const { asset, answer } = synthesize({ entry: rendering, alias: { "#app": program } });
    expect(answer()).toBe(`${join(asset, "node_modules", "tiny-addon", "index.js")}\n`);
  });

  it("that the project does not have are refused with the command that installs them", () => {
    const missing = () => synthesize({ nodeModules: ["missing"] });
    expect(missing).toThrow(InvalidPropError);
    expect(missing).toThrow(/missing is not installed.*`npm install missing`/);
  });

  it("that npm cannot install fail the synth with npm's words", () => {
    vi.stubEnv("npm_config_offline", "true");
    writeLockFile("1.9.9");
    // CDK puts the error into one of its own.
    expect(() => synthesize({ nodeModules: ["tiny-addon"] })).toThrow(
      /PackageInstallError: npm could not install tiny-addon for the function.*try again: npm error code ENOTCACHED/s,
    );
    vi.unstubAllEnvs();
  });
});

describe("externalModules", () => {
  it("are imported from where the function runs: here, from a folder above it, as from a layer", () => {
    const { asset, answer } = synthesize({ externalModules: ["tiny-*"] }, {}, project);
    expect(readdirSync(asset).sort()).toEqual(["index.mjs", "index.mjs.map"]);
    expect(answer()).toBe(`${join(project, "node_modules", "tiny-addon", "index.js")},defined\n`);
  });

  it("are missing where nothing has them", () => {
    const { answer } = synthesize({ externalModules: ["tiny-addon"] });
    expect(answer).toThrow(/Cannot find package 'tiny-addon'/);
  });
});

describe("loader", () => {
  it("says how files with an extension are read", () => {
    writeFileSync(join(project, "query.graphql"), "{ rooms }");
    const reads = join(project, "reads.ts");
    writeFileSync(reads, 'import query from "./query.graphql"; export const handler = () => query;');
    expect(synthesize({ entry: reads, loader: { ".graphql": "text" } }).answer()).toBe("{ rooms }\n");
  });
});
