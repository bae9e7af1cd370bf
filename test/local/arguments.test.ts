import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ArgumentsError } from "../../local/errors.js";
import { readArguments } from "../../local/terminal/arguments.js";
import { DEV_FLAGS } from "../../local/terminal/flags.js";
import { helpOf } from "../../local/terminal/help.js";
import { readDocument, tableRows } from "../docs/documents.js";
import { temporaryFolder } from "./fixture/folder.js";

const ME = { folder: "/home/me" };
const DEFAULTS = {
  project: "/home/me",
  port: 3000,
  environments: 2,
  env: {},
  open: false,
  compare: false,
  json: false,
  logLevel: "info",
};

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function folderWith(files: Record<string, string>) {
  const folder = temporaryFolder();
  cleanups.push(() => folder.remove());
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(folder.write("x", "").replace(/x$/, name)), { recursive: true });
    writeFileSync(resolve(dirname(folder.write("x", "")), name), text);
  }
  return dirname(folder.write("x", ""));
}

describe("readArguments", () => {
  it("shows the help without a command", () => {
    expect(readArguments([], ME)).toEqual({ name: "help" });
    for (const flag of ["--help", "-h", "help"]) expect(readArguments([flag], ME)).toEqual({ name: "help" });
  });

  it("explains a command, by any of three spellings", () => {
    for (const args of [
      ["help", "dev"],
      ["dev", "--help"],
      ["dev", "-p", "1", "-h"],
    ]) {
      expect(readArguments(args, ME)).toEqual({ name: "help", about: "dev" });
    }
  });

  it("gives the version", () => {
    for (const flag of ["--version", "-v"]) expect(readArguments([flag], ME)).toEqual({ name: "version" });
  });

  it("runs on port 3000 with two environments, and leaves app and stage to the CDK app", () => {
    expect(readArguments(["dev"], ME)).toEqual({ name: "dev", options: DEFAULTS });
  });

  it("takes the flags of dev without its name", () => {
    expect(readArguments(["--port", "0"], ME)).toEqual({ name: "dev", options: { ...DEFAULTS, port: 0 } });
  });

  it("takes the file with or without --app", () => {
    const options = { ...DEFAULTS, app: resolve("/home/me/my/app.ts") };
    for (const args of [
      ["dev", "my/app.ts"],
      ["dev", "--app", "my/app.ts"],
      ["dev", "-a", "my/app.ts"],
    ]) {
      expect(readArguments(args, ME)).toEqual({ name: "dev", options });
    }
  });

  it("reads every flag, short ones too", () => {
    const args =
      "dev -p 0 -s test -n 4 --on-demand --minute 50 --order ordered -e A1=1 --env B2=x=y -o --compare --json --host 0.0.0.0 --log-level warn --page web";
    expect(readArguments(args.split(" "), ME)).toEqual({
      name: "dev",
      options: {
        project: "/home/me",
        port: 0,
        stage: "test",
        environments: 4,
        onDemand: true,
        minuteMs: 50,
        order: "ordered",
        env: { A1: "1", B2: "x=y" },
        open: true,
        compare: true,
        json: true,
        host: "0.0.0.0",
        logLevel: "warn",
        page: resolve("/home/me/web"),
      },
    });
  });

  it("takes --inspect with and without a port, and one environment then", () => {
    for (const [flag, inspect] of [
      ["--inspect", 9229],
      ["--inspect=0", 0],
    ] as const) {
      const options = { ...DEFAULTS, environments: 1, inspect, app: resolve("/home/me/app.ts") };
      expect(readArguments(["dev", flag, "app.ts"], ME)).toEqual({ name: "dev", options });
    }
  });

  it("finds a file where the person is in a folder below the project, or else in the project", () => {
    const folder = folderWith({ "below/app.ts": "" });
    const place = { folder, calledFrom: resolve(folder, "below") };
    const appOf = (file: string) => readArguments(["dev", file], place);
    expect(appOf("app.ts")).toMatchObject({ options: { app: resolve(folder, "below/app.ts") } });
    expect(appOf("other.ts")).toMatchObject({ options: { app: resolve(folder, "other.ts") } });
    expect(readArguments(["dev", "app.ts"], { folder, calledFrom: "/elsewhere" })).toMatchObject({
      options: { app: resolve(folder, "app.ts") },
    });
  });

  it("lets a later file win over an earlier one, and --env over both", () => {
    const folder = folderWith({ a: 'A1=a\nB1="b c" # why\nC1=a', b: "B1=b\nC1=b" });
    const args = ["dev", "--env", "C1=c", "--env-file", "a", "--env-file", "b"];
    expect(readArguments(args, { folder })).toMatchObject({
      options: { env: { A1: "a", B1: "b", C1: "c" } },
    });
  });

  it.each([
    [
      ["dev", "--prot", "1"],
      "Unknown option '--prot'. Did you mean --port? See socket.io-lambda dev --help.",
    ],
    [["dev", "--zzz"], "Unknown option '--zzz'. See socket.io-lambda dev --help."],
    [["dve"], 'There is no command "dve". Did you mean dev? See socket.io-lambda --help.'],
    [["app.ts"], 'There is no command "app.ts". To run a file: socket.io-lambda dev app.ts'],
    [["help", "ini"], 'There is no command "ini". Did you mean init? See socket.io-lambda --help.'],
    [["dev", "a.ts", "b.ts"], 'dev takes one file: what is "b.ts"? See socket.io-lambda dev --help.'],
    [["init", "a", "b"], 'init takes one folder: what is "b"? See socket.io-lambda init --help.'],
    [["dev", "--port", "70000"], '--port takes a whole number from 0 to 65535, not "70000".'],
    [["dev", "--port", "1.5"], '--port takes a whole number from 0 to 65535, not "1.5".'],
    [["dev", "--inspect=x"], '--inspect takes a whole number from 0 to 65535, not "x".'],
    [["dev", "--environments", "0"], '--environments takes a whole number from 1 to 100, not "0".'],
    [["dev", "--minute", "60001"], '--minute takes a whole number from 1 to 60000, not "60001".'],
    [["dev", "--order", "sorted"], '--order takes "concurrent" or "ordered", not "sorted".'],
    [["dev", "--env", "A"], '--env takes NAME=value, not "A".'],
    [
      ["dev", "--env", "A=1"],
      '--env: Lambda refuses the name "A". Begin it with a letter, and use letters, digits and "_", two characters at least.',
    ],
    [
      ["dev", "--stage", "a/b"],
      '--stage: API Gateway takes no stage named "a/b". Use 1 to 128 letters, digits, hyphens and underscores.',
    ],
    [["dev", "-f", "nowhere"], `There is no file ${resolve("/home/me/nowhere")}, which --env-file names.`],
    [["dev", "--app", ""], "--app is empty. See socket.io-lambda dev --help."],
  ])("refuses %j in one sentence", (args, sentence) => {
    expect(() => readArguments(args, ME)).toThrow(new ArgumentsError(sentence));
  });

  it("refuses a file of variables that is a folder", () => {
    expect(() => readArguments(["dev", "--env-file", "/"], ME)).toThrow(
      /^The file of --env-file cannot be read: EISDIR/,
    );
  });
});

describe("the flags of dev", () => {
  const flags = Object.keys(DEV_FLAGS).map((name) => `--${name}`);

  it("are all in its help", () => {
    for (const flag of flags) expect(helpOf("dev")).toContain(flag);
  });

  it("are those that docs/local-stack.md lists, in the same order", () => {
    const rows = tableRows(readDocument("docs/local-stack.md").text);
    const listed = rows.flatMap(([cell = ""]) => /`(--[\w-]+)/.exec(cell)?.[1] ?? []);
    expect(listed).toEqual(flags);
  });
});
