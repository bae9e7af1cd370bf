import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { SynthError } from "../../local/errors.js";
import { type Assembly, synth } from "../../local/synth/synth.js";
import { readAssembly } from "../../local/template/assembly.js";
import { answering, CDK_APP, temporaryFolder } from "./fixture/folder.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function temporary() {
  const folder = temporaryFolder();
  cleanups.push(() => folder.remove());
  return folder;
}

function synthesize(app: string, context: Record<string, string> = {}): Promise<Assembly> {
  return synth({ project: ROOT, cdkApp: { file: CDK_APP }, context: { app, ...context } });
}

/** The second synth is from the cache if it is so quick that it has no list of its own. */
async function expectNewSynth(before: Assembly, app: string): Promise<Assembly> {
  const after = await synthesize(app);
  expect(after.folder).not.toBe(before.folder);
  return after;
}

describe("synth", () => {
  it("gives the folder of the synth before while nothing has changed", async () => {
    const app = temporary().write("app.ts", answering("one"));
    const first = await synthesize(app);
    const second = await synthesize(app);
    expect(second.folder).toBe(first.folder);
    expect(readAssembly(second.folder).functions.size).toBe(1);
    expect(second.inputs).toEqual(first.inputs);
  });

  it("synthesizes anew when the function's file changes, and finds the old one when it changes back", async () => {
    const folder = temporary();
    const app = folder.write("app.ts", answering("one"));
    const first = await synthesize(app);
    folder.write("app.ts", answering("two"));
    await expectNewSynth(first, app);
    folder.write("app.ts", answering("one"));
    expect((await synthesize(app)).folder).toBe(first.folder);
  });

  it("does not mind that a file was only touched", async () => {
    const app = temporary().write("app.ts", answering("one"));
    const first = await synthesize(app);
    utimesSync(app, new Date(), new Date());
    expect((await synthesize(app)).folder).toBe(first.folder);
  });

  it("notices a change of a file of which nothing was left in the bundle", async () => {
    const folder = temporary();
    folder.write("unused.ts", "export const unused = 1;");
    const app = folder.write("app.ts", `import "./unused.js";\n${answering("one")}`);
    const first = await synthesize(app);
    folder.write("unused.ts", 'globalThis.process.title = "used";');
    await expectNewSynth(first, app);
  });

  it("notices a new file that wins the resolution of an import", async () => {
    const folder = temporary();
    folder.write("text.js", 'export const text = "from JavaScript";');
    const code = `import { text } from "./text";\nexport const handler = async () => ({ statusCode: 200, body: text });\n`;
    const app = folder.write("app.ts", code);
    const first = await synthesize(app);
    folder.write("text.ts", 'export const text = "from TypeScript";');
    await expectNewSynth(first, app);
  });

  it("keeps other arguments apart", async () => {
    const app = temporary().write("app.ts", answering("one"));
    const [prod, test] = [await synthesize(app), await synthesize(app, { stage: "test" })];
    expect(readAssembly(prod.folder).apis[0].stage).toBe("prod");
    expect(readAssembly(test.folder).apis[0].stage).toBe("test");
    expect((await synthesize(app)).folder).toBe(prod.folder);
  });

  it("says file, line and column of what does not compile, and leaves nothing behind", async () => {
    const app = temporary().write("app.ts", "export const handler = async () => {\n  return }}\n");
    const error = await synthesize(app).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SynthError);
    expect((error as SynthError).message).toBe(
      `${app} does not compile:\n\n  ${app}:2:11: Unexpected "}"\n\n      2 │   return }}\n        ╵           ^`,
    );
    expect((error as SynthError).files).toEqual([app]);
    const left = readdirSync(join(ROOT, "node_modules", ".cache", "socket.io-lambda")).filter((name) =>
      name.startsWith(`synth-${process.pid}-`),
    );
    expect(left).toEqual([]);
  });

  it("says what the CDK app itself threw, with its stack", async () => {
    const cdkApp = temporary().write("cdk-app.mjs", 'throw new RangeError("in the CDK app");\n');
    await expect(synth({ project: ROOT, cdkApp: { file: cdkApp }, context: {} })).rejects.toThrow(
      /The CDK app \(.*cdk-app\.mjs\) failed: RangeError: in the CDK app\n.*cdk-app\.mjs:1/,
    );
  });
});
