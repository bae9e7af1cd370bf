/** The CPU time of a whole process group, which Node tells of its own process only. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** `USER_HZ`, which is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** User and system time in milliseconds, or undefined where there is no `/proc` (macOS, Windows). */
export function groupCpuMs(group: number): number | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    // The name, in parentheses, may hold spaces: proc(5) counts the fields behind it from the third on.
    const fields = statOf(pid)
      .replace(/^.*\)\s/s, "")
      .split(" ");
    if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * MS_PER_TICK;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return ""; // it has just ended
  }
}
