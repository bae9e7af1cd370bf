/**
 * Size of each function's bundle, and the time that Node needs to import it: what a cold start
 * adds to Lambda's own. The handler of the two AWS clients is compiled by the same rules,
 * stubs included, so it is as small as it can be.
 */
import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { BundleProps } from "../../lib/compile.js";
import { benchFile, Programs } from "../programs.js";
import { atMost, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

const GOAL_KB = 270;
const GOAL_RATIO = 1.5;

export async function bundles({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs();
  try {
    const runs = quick ? 7 : 31;
    const functions = [
      { name: "only the two AWS clients", entry: benchFile("apps/aws-clients.ts") },
      { name: "app (examples/chat/app.ts)", entry: projectFile("lambdas/socket-io.ts"), alias: APP },
      { name: "deliver", entry: projectFile("lambdas/deliver.ts") },
    ].map(({ name, ...props }) => ({
      name,
      file: programs.compiled(props as BundleProps),
      times: [] as number[],
    }));
    progress(`importing ${functions.length} bundles ${runs} times`);
    // In turns, so that a busy moment of the machine hits all of them.
    for (let run = 0; run < runs; run++) {
      for (const { file, times } of functions) times.push(await importMs(file));
    }
    const base = median(functions[0]?.times ?? []);
    return functions.flatMap(({ name, file, times }, i): Row[] => {
      const value = median(times);
      const ratio = value / base;
      const sizeKb = statSync(file).size / 1000;
      const isApp = i === 1;
      const common = { section: "bundles", runs };
      return [
        {
          ...common,
          what: `size, ${name}`,
          value: sizeKb,
          unit: "KB",
          ...(isApp && { goal: atMost(GOAL_KB, "KB", sizeKb) }),
        },
        {
          ...common,
          what: `import, ${name}`,
          value,
          p99: percentile(times, 99),
          unit: "ms",
          ...(isApp && { goal: atMost(GOAL_RATIO, "times", ratio, `the clients', is ${ratio.toFixed(2)}`) }),
        },
      ];
    });
  } finally {
    programs.close();
  }
}

const APP = { "#app": projectFile("examples/chat/app.ts") };

/** In a process of its own, with source maps as on Lambda; Node's own start is not in it. */
async function importMs(file: string): Promise<number> {
  const url = JSON.stringify(pathToFileURL(file).href);
  const script = `const start = performance.now(); await import(${url}); console.log(performance.now() - start); process.exit()`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    env: {
      NODE_OPTIONS: "--enable-source-maps",
      AWS_REGION: "eu-west-1",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  });
  return Number(stdout);
}

function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
