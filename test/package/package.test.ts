import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { io as connect } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Installation, userEnvironment } from "./installation.js";
import { APP, APP_WITH_TASK, CDK_APP, JEST_TEST, LOAD_ALL, TWO_CLIENTS, TYPED_USE } from "./programs.js";

const installation = new Installation();
const { folder } = installation;
beforeAll(() => installation.install());
afterAll(() => installation.remove());

const node = (args: string[], project = folder) => installation.run(process.execPath, args, project);
const evaluate = (code: string) => node(["--input-type=module", "--eval", code]);

describe("the tarball", () => {
  it("has what a user needs and nothing else, and every source that a map names", () => {
    const folders = new Set(installation.files.map((file) => file.split("/")[0]));
    expect([...folders].sort()).toEqual(
      [
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "dist",
        "docs",
        "lambdas",
        "lib",
        "local",
        "package.json",
        "runtime",
      ].sort(),
    );
    const files = new Set(installation.files);
    const maps = installation.files.filter((file) => file.endsWith(".map"));
    const missing = maps.flatMap((map) => {
      const { sources } = JSON.parse(
        readFileSync(join(folder, "node_modules/socket.io-lambda", map), "utf8"),
      );
      return (sources as string[])
        .map((source) => join(map, "..", source))
        .filter((source) => !files.has(source));
    });
    expect([maps.length > 100, missing]).toEqual([true, []]);
  });

  it("satisfies publint and @arethetypeswrong/cli", async () => {
    const root = process.cwd();
    const publint = await node([
      join(root, "node_modules/publint/src/cli.js"),
      installation.tarball,
      "--strict",
    ]);
    expect(publint).toMatchObject({ code: 0, output: expect.stringContaining("All good") });
    const attw = await node([
      join(root, "node_modules/@arethetypeswrong/cli/dist/index.js"),
      installation.tarball,
    ]);
    expect(attw).toMatchObject({ code: 0, output: expect.stringContaining("No problems found") });
  });
});

describe("an installation with socket.io alone", () => {
  it("has no CDK, no emulator, no template engine and no bundler", () => {
    const packages = ["aws-cdk-lib", "constructs", "dynalite", "velocityjs", "esbuild"];
    const found = packages.filter((name) => {
      try {
        return readFileSync(join(folder, "node_modules", name, "package.json"));
      } catch {
        return false;
      }
    });
    expect(found).toEqual([]);
  });

  it("names the command that installs what the test kit needs, with the versions of the optional peers", async () => {
    const { output } = await evaluate(
      'import { Server } from "socket.io"; import { serveLocal } from "socket.io-lambda/testing";' +
        "await serveLocal(new Server()).catch((error) => console.log(error.name, error.message));",
    );
    expect(output).toMatch(/MissingPackageError .*: npm i -D dynalite@4 velocityjs@2\n/);
    const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    expect([peerDependencies.dynalite, peerDependencies.velocityjs, peerDependencies.ws]).toEqual([
      expect.stringMatching(/^\^4\./),
      expect.stringMatching(/^\^2\./),
      expect.stringMatching(/^\^8\./),
    ]);
  });

  it("names all that dev needs in one command", async () => {
    installation.write("bare/app.js", "");
    const { code, output } = await installation.run(
      "npx",
      ["--no-install", "socket.io-lambda", "dev", "app.js"],
      join(folder, "bare"),
    );
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(
        /^The local stack .*: npm i -D aws-cdk-lib@2 constructs@10 esbuild@0 dynalite@4 velocityjs@2\n$/,
      ),
    ]);
  });

  it("runs the command's help by the name that npm links", async () => {
    const { code, output } = await installation.run("npx", [
      "--no-install",
      "socket.io-lambda",
      "help",
      "dev",
    ]);
    expect([code, output]).toEqual([0, expect.stringContaining("--environments")]);
  });

  it.for([22, 24])("loads with import and require on Node %d", async (version, { skip }) => {
    const project = installation.write(`node-${version}/package.json`, "{}");
    const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
    try {
      await installation.npmInstall(project, `${name}@${version}`);
    } catch (error) {
      const { message } = error as Error;
      skip(
        /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET/.test(message),
        "the registry does not answer",
      );
      throw error;
    }
    const binary = join(project, "node_modules", name, "bin", "node");
    const code =
      'import("socket.io-lambda").then((m) => console.log(process.version, m.AppError === require("socket.io-lambda").AppError))';
    const { output } = await installation.run(binary, ["--eval", code]);
    expect(output).toMatch(new RegExp(`^v${version}\\.\\S+ true\n`));
  });
});

describe("an installation with the optional peers", () => {
  beforeAll(() => {
    installation.linkOthers();
    for (const project of ["kit", "synth", "dev", "strict"]) installation.write(`${project}/app.ts`, APP);
  });

  it("gives the same module to import and to require", async () => {
    const project = installation.write("esm/load.mjs", LOAD_ALL);
    const { output } = await node(["load.mjs"], project);
    expect(output).toContain(
      "socket.io-lambda true\nsocket.io-lambda/cdk true\nsocket.io-lambda/emitter true\nsocket.io-lambda/testing true\n",
    );
  });

  it("serves two clients in a vitest of the user", async () => {
    const project = installation.write("kit/app.test.ts", TWO_CLIENTS);
    const { code, output } = await node(
      [installation.bin("vitest/vitest.mjs"), "run", "--root", project],
      project,
    );
    expect([code, output]).toEqual([0, expect.stringContaining("1 passed")]);
  });

  it("synthesizes a CDK app, whose functions are bundled from the package", async () => {
    const project = installation.write("synth/bin.ts", CDK_APP);
    installation.write("synth/cdk.json", JSON.stringify({ app: "node --import tsx bin.ts" }));
    const { code, output } = await node(
      [installation.bin("aws-cdk/bin/cdk"), "synth", "--no-notices"],
      project,
    );
    expect([code, output]).toEqual([0, expect.stringContaining("AWS::ApiGatewayV2::Api")]);
    // The function at the edge is a file of the package, and no module.
    expect(output).toContain('cf.selectRequestOriginById("http")');
  });

  it("runs a server file as it is, with a client that has no options", async () => {
    const server = new URL("../server-files/apps/tutorial/server.js", import.meta.url);
    const project = installation.write("as-it-is/server.js", readFileSync(server, "utf8"));
    installation.write("as-it-is/package.json", '{ "type": "module" }');
    await whileRunning(["dev", "server.js"], project, async (url) => {
      const client = connect(url);
      const said = await new Promise((resolve) => client.on("sayHello", resolve));
      expect(said).toBe(`Hello ${client.id}`);
      client.disconnect();
    });
  });

  it("runs an app on the local stack, and lets a client in", async () => {
    await whileRunning(["--app", "app.ts"], join(folder, "dev"), async (url) => {
      const client = connect(url, { path: "/prod", transports: ["websocket"] });
      await client.emitWithAck("join", "tea");
      const said = new Promise((resolve) => client.on("said", resolve));
      client.emit("say", "tea", "hello");
      expect(await said).toBe("hello");
      client.disconnect();
    });
  });

  it("runs a task that the app registers with the package's own entry point", async () => {
    const project = installation.write("tasks/app.ts", APP_WITH_TASK);
    await whileRunning(["--app", "app.ts", "--minute", "1000"], project, async (url) => {
      const client = connect(url, { path: "/prod", transports: ["websocket"] });
      await new Promise((resolve) => client.on("ticked", resolve));
      client.disconnect();
    });
  });

  it("makes a project that compiles, passes its own tests, and runs its own CDK app", async () => {
    expect(await installation.run("npx", ["--no-install", "socket.io-lambda", "init", "chat"])).toMatchObject(
      {
        code: 0,
      },
    );
    const project = join(folder, "chat");
    const { dependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    expect(dependencies["socket.io-lambda"]).toBe(`file:${installation.tarball}`);
    expect(await node([installation.bin("typescript/bin/tsc"), "--noEmit"], project)).toMatchObject({
      code: 0,
    });
    expect(await node([installation.bin("vitest/vitest.mjs"), "run"], project)).toMatchObject({ code: 0 });
    await whileRunning(["dev"], project, async (url) => {
      const client = connect(url, { path: "/prod", transports: ["websocket"] });
      expect(await client.emitWithAck("join", "tea")).toEqual({ members: 1 });
      client.disconnect();
    });
  });

  it.each(["nodenext", "bundler"])(
    "compiles in a strict project with moduleResolution %s",
    async (moduleResolution) => {
      const compilerOptions = {
        ...STRICT,
        module: moduleResolution === "nodenext" ? "nodenext" : "esnext",
        moduleResolution,
      };
      const config = `tsconfig.${moduleResolution}.json`;
      installation.write("strict/use.ts", TYPED_USE);
      installation.write("strict/package.json", JSON.stringify({ type: "module" }));
      const project = installation.write(
        `strict/${config}`,
        JSON.stringify({ compilerOptions, files: ["use.ts"] }),
      );
      const { output } = await node(
        [installation.bin("typescript/bin/tsc"), "-p", config, "--listFiles"],
        project,
      );
      expect(output).toContain("socket.io-lambda/dist/lib/index.d.ts");
      // Other packages' declarations are theirs to mend.
      expect(output.split("\n").filter((line) => /error TS/.test(line) && isOurs(line))).toEqual([]);
    },
  );

  it("passes its jest in the project that `cdk init` makes", async () => {
    const project = installation.write("jest/.keep", "");
    await installation.run("rm", [join(project, ".keep")]);
    const init = await node(
      [installation.bin("aws-cdk/bin/cdk"), "init", "app", "--language", "typescript", "--generate-only"],
      project,
    );
    expect(init).toMatchObject({ code: 0 });
    const template = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    const tools = Object.entries(template.devDependencies).filter(([name]) => /jest|swc/.test(name));
    // Its other packages are in the folder above.
    installation.write(
      "jest/package.json",
      JSON.stringify({ ...template, dependencies: {}, devDependencies: Object.fromEntries(tools) }),
    );
    await installation.npmInstall(project);
    installation.write(
      "jest/app.ts",
      APP.replaceAll(/\((socket|room)[^)]*\) =>/g, (list) => list),
    );
    installation.write("jest/test/jest.test.ts", JEST_TEST);
    const { code, output } = await node([join(project, "node_modules/jest/bin/jest.js")], project);
    expect([code, output]).toEqual([0, expect.stringContaining("2 passed")]);
  });
});

/** Starts the installed program, and ends it. */
async function whileRunning(
  args: readonly string[],
  project: string,
  task: (url: string) => Promise<void>,
): Promise<void> {
  const cli = join(folder, "node_modules/.bin/socket.io-lambda");
  const child = spawn(cli, [...args, "--port", "0"], { cwd: project, env: userEnvironment() });
  try {
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += data));
    await Promise.race([
      expect.poll(() => printed, { timeout: 60_000 }).toMatch(/ws:\/\/localhost:\d+\/prod/),
      once(child, "exit").then(() => expect.unreachable(printed)),
    ]);
    await task(String(/(ws:\/\/localhost:\d+)\/prod/.exec(printed)?.[1]));
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

const STRICT = {
  target: "es2022",
  // Older than the target: what the declarations need beyond it would be the person's to find out.
  lib: ["es2020"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  // Linked packages take the newest @types/node, too, and not this repository's.
  preserveSymlinks: true,
};

function isOurs(line: string): boolean {
  return (
    line.startsWith("use.ts") || line.includes("socket.io-lambda/dist") || !line.includes("node_modules")
  );
}
