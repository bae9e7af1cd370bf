/** A program's own files, beside its bundle: run as on Lambda, where the working folder is the bundle's. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";
import { compile, writeCompiled } from "../../lib/compile.js";
import { ProgramFilesError } from "../../lib/errors.js";
import { programFiles } from "../../lib/program-files.js";

const ENTRY = fileURLToPath(new URL("fixture/print-app.ts", import.meta.url));

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "socket-io-lambda-files-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** What the program's export `read` is, run where nothing but its bundle is. */
function readBy(program: string, moreFiles: string[] = []): unknown {
  const folder = project({});
  writeCompiled(compile({ entry: ENTRY, alias: { "#app": program }, moreFiles }, folder), folder);
  const env = { PATH: process.env.PATH, LAMBDA_TASK_ROOT: folder };
  const { stdout, stderr } = spawnSync(process.execPath, ["index.mjs"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const COMMON_JS = `
  const fs = require("fs"), path = require("path");
  const text = (file) => fs.readFileSync(file, "utf8");
  exports.read = [
    text(path.join(__dirname, "../data/words.txt")),
    text(__dirname + "/near.txt"),
    text("page/index.html"),
    path.relative(process.cwd(), __filename),
    ...require("./lib/deep"),
  ];
`;

it("are where __dirname and the working folder say, in CommonJS", () => {
  const root = project({
    "package.json": "{}",
    "src/server.js": COMMON_JS,
    "src/near.txt": "near",
    "src/lib/deep.js": `module.exports = [require('fs').readFileSync(\`\${__dirname}/deep.txt\`, 'utf8'), __dirname.slice(-4)];`,
    "src/lib/deep.txt": "deep",
    "data/words.txt": "words",
    "page/index.html": "page",
  });
  const read = ["words", "near", "page", "src/server.js", "deep", "/lib"];
  expect(readBy(join(root, "src/server.js"))).toEqual(read);
});

it("are where import.meta says, and names made of it, in an ES module with a hashbang", () => {
  const root = project({
    "package.json": '{ "type": "module" }',
    "bin/server.js": `#!/usr/bin/env node
      import { readFileSync } from "node:fs";
      import { dirname, join } from "node:path";
      import { fileURLToPath } from "node:url";
      import { where } from "./where.js";
      const __filename = fileURLToPath(import.meta.url);
      const __dirname = dirname(__filename);
      const text = (file) => readFileSync(file, "utf8");
      export const read = [
        text(join(__dirname, "near.txt")),
        text(new URL("../words.txt", import.meta.url)),
        text(join(import.meta.dirname, "..", "words.txt")),
        where.slice(-9),
        "import.meta.url",
      ];`,
    "bin/where.js": "export const where = import.meta.filename;",
    "bin/near.txt": "near",
    "words.txt": "words",
  });
  expect(readBy(join(root, "bin/server.js"))).toEqual([
    "near",
    "words",
    "words",
    "/where.js",
    "import.meta.url",
  ]);
});

it("come along from a folder beside the package, as a client's build is", () => {
  const root = project({
    "server/package.json": "{}",
    "server/index.js": `const path = require("path");
      exports.read = require("fs").readFileSync(path.join(__dirname, "../client/build/index.html"), "utf8");`,
    "client/build/index.html": "built",
    "client/secret.txt": "not named",
  });
  const program = join(root, "server/index.js");
  expect(readBy(program)).toBe("built");
  const { root: found, files } = programFiles(program, [program], []);
  expect([found, ...files.keys()]).toEqual([root, "client/build/index.html"]);
});

it("are those that moreFiles names, besides", () => {
  const root = project({
    "package.json": "{}",
    "server.js": `const name = "words";
      exports.read = require("fs").readFileSync(__dirname + "/" + name + ".txt", "utf8");`,
    "words.txt": "words",
  });
  expect(readBy(join(root, "server.js"), [join(root, "words.txt")])).toBe("words");
});

it("leave out what is hidden, packages, sources of the bundle, and what does not exist", () => {
  const root = project({
    "package.json": "{}",
    ".env": "SECRET=1",
    "server.js": `const path = require("path");
      app.use(express.static(__dirname));
      require("dotenv").config({ path: path.join(__dirname, ".env") });
      fs.readFileSync(path.join(__dirname, "later.txt"));`,
    "index.html": "page",
    "node_modules/thing/index.html": "package",
    ".git/config": "hidden",
    "img/a.png": "png",
  });
  symlinkSync(root, join(root, "loop"));
  const program = join(root, "server.js");
  const { files, folders } = programFiles(program, [program], []);
  expect([...files.keys()].sort()).toEqual(["img/a.png", "index.html", "package.json"]);
  expect(folders).toEqual([root, join(root, "img")]);
});

it("are refused beyond what a function takes, with what to do instead", () => {
  const root = project({ "package.json": "{}", "server.js": 'express.static("films")' });
  mkdirSync(join(root, "films"));
  const film = join(root, "films/film.mp4");
  spawnSync("truncate", ["--size", "300M", film]);
  expect(existsSync(film)).toBe(true);
  const program = join(root, "server.js");
  expect(() => compile({ entry: ENTRY, alias: { "#app": program } }, root)).toThrow(ProgramFilesError);
  expect(() => programFiles(program, [program], [])).toThrow(/1 files of 315 MB .*films.*frontDoor: \{ page/);
});

it("are what else is named, where the program's own folder is named and too large", () => {
  const root = project({
    "package.json": "{}",
    "server.js": 'const root = path.join(__dirname, "/"); app.use(express.static("public"));',
    "public/index.html": "page",
  });
  spawnSync("truncate", ["--size", "300M", join(root, "film.mp4")]);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const program = join(root, "server.js");
  expect([...programFiles(program, [program], []).files.keys()]).toEqual(["public/index.html"]);
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/itself, which is too large .*bundling: \{ files/)],
  ]);
});
