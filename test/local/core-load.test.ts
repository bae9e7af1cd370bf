import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { expect, it } from "vitest";
import { CoreLoad } from "../../local/lambda/core-load.js";

it("takes cores for full when programs use all of them, and for free where nobody has looked", async () => {
  const load = new CoreLoad();
  expect(load.areFull()).toBe(false);
  const programs = Array.from({ length: availableParallelism() * 2 }, () =>
    spawn(process.execPath, ["-e", "console.log(1); for (;;);"]),
  );
  try {
    await Promise.all(programs.map(({ stdout }) => once(stdout, "data")));
    await expect.poll(() => load.areFull()).toBe(true);
  } finally {
    for (const program of programs) program.kill("SIGKILL");
  }
});
