/** A CDK app that fails, and functions that the CDK itself bundles: what a person reads. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { hasChanged } from "../../../local/synth/inputs.js";
import { synth } from "../../../local/synth/synth.js";
import { whichStack } from "../../../local/which-stack.js";
import { project } from "./project.js";

function synthIn(files: Readonly<Record<string, string>>) {
  const { folder, remove } = project({ "package.json": '{ "type": "module" }', ...files });
  onTestFinished(remove);
  for (const name of ["esbuild", "tsx"]) {
    symlinkSync(`../${name}/${BINARIES[name]}`, join(folder, "node_modules/.bin", name));
  }
  return synth(whichStack({ project: folder }));
}

const BINARIES: Record<string, string> = { esbuild: "bin/esbuild", tsx: "dist/cli.mjs" };

const withNodejsFunction = (code: string) => ({
  "package-lock.json": '{ "lockfileVersion": 3 }',
  "cdk.json": '{ "app": "node bin/my.js" }',
  "bin/my.js": `
import { App, Stack } from "aws-cdk-lib";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
new NodejsFunction(new Stack(new App(), "Mine"), "Clock", { entry: "src/clock.ts" });
`,
  "src/clock.ts": code,
});

describe("a NodejsFunction of the person", () => {
  it("is bundled without a word, and leaves nothing changed that would be synthesized again", async () => {
    const { output, inputs } = await synthIn(withNodejsFunction("export const handler = async () => 1;"));
    expect(output).toEqual([]);
    expect(inputs.filter(hasChanged)).toEqual([]);
  });

  it("is named, with its line, where it does not compile", async () => {
    await expect(synthIn(withNodejsFunction("\nexport const handler = ;"))).rejects.toThrow(
      /^src\/clock\.ts does not compile:\n\n {2}src\/clock\.ts:2:24: Unexpected ";"\n\n +2 │ export const handler = ;\n +╵ +\^$/,
    );
  });
});

describe("a cdk.json that runs a file which is not there", () => {
  it.each(["node bin/my.js", "node --import tsx bin/my.ts", "npx tsx bin/my.ts"])(
    "is told: %s",
    async (app) => {
      const file = app.slice(app.indexOf("bin/"));
      await expect(synthIn({ "cdk.json": JSON.stringify({ app }) })).rejects.toMatchObject({
        message: `There is no file ${file}, which cdk.json runs (${app}). Correct "app" in cdk.json.`,
      });
    },
  );
});

it("has no frame of ours where a module of the CDK app is not there", async () => {
  const failing = synthIn({
    "cdk.json": '{ "app": "node bin/my.js" }',
    "bin/my.js": 'import "./nowhere.js";',
  });
  await expect(failing).rejects.toThrow(
    /^The CDK app \(node bin\/my\.js\) failed: Error \[ERR_MODULE_NOT_FOUND\]: Cannot find module '.*nowhere\.js' imported from .*my\.js$/,
  );
});
