/**
 * How long `npm start` takes until a client can connect, with and without an earlier synth to fall back on.
 */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { synth } from "../../local/synth/synth.js";
import { whichStack } from "../../local/which-stack.js";
import { startStack } from "../local-stack.js";
import { atMost, type Row, type SectionOptions } from "../row.js";
import { median } from "../statistics.js";

const GOAL_MS = 5_000;

export async function start({ quick, progress }: SectionOptions): Promise<Row[]> {
  const runs = quick ? 1 : 5;
  const coldMs: number[] = [];
  const warmMs: number[] = [];
  for (let run = 1; run <= runs; run++) {
    progress(`npm start, run ${run} of ${runs}`);
    // Nobody has synthesized this stage before, so nothing is in the cache for it.
    const stage = `bench-${process.pid}-${run}`;
    for (const times of [coldMs, warmMs]) {
      const stack = await startStack(["--stage", stage]);
      times.push(stack.readyMs);
      await stack.stop();
    }
    await forget(stage);
  }
  const row = (what: string, times: readonly number[]): Row => {
    const value = median(times);
    return { section: "start", what, value, unit: "ms", runs, goal: atMost(GOAL_MS, "ms", value) };
  };
  return [row("npm start, nothing cached", coldMs), row("npm start again", warmMs)];
}

/** Removes what the stack has cached for the stage; it comes from the cache once more to say where it is. */
async function forget(stage: string): Promise<void> {
  const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");
  const { folder } = await synth(whichStack({ project: root, stage }));
  rmSync(folder, { recursive: true, force: true });
  rmSync(folder.replace(/-[^-/\\]+$/, ".json"), { force: true });
}
