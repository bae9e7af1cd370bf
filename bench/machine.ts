/** What the numbers were measured on, because they mean nothing without it. */
import { cpus, loadavg, totalmem } from "node:os";

export function describeMachine() {
  const [cpu] = cpus();
  const [loadBefore] = loadavg();
  return {
    cpu: cpu?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    /** Of the minute before: others' work makes everything slower here. */
    loadBefore: Math.round((loadBefore ?? 0) * 100) / 100,
  };
}
