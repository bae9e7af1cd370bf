/** One environment of a function, which gets one event after another. */
import type { RunResult, RunTask } from "./protocol.js";

const task: RunTask = JSON.parse(process.argv[2] ?? "");
Object.assign(process.env, task.env);

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const startMs = performance.now();
const { handler } = (await import(task.bundle)) as { handler: Handler };
let count = 0;
await invoke();
const coldMs = performance.now() - startMs;

for (let i = 1; i < task.warmUps; i++) await invoke();
const billedMs: number[] = [];
const before = process.cpuUsage();
for (let i = 0; i < task.events; i++) billedMs.push(await invoke());
const { user, system } = process.cpuUsage(before);
const cpuMsAnEvent = (user + system) / 1000 / Math.max(1, task.events);
process.send?.({ coldMs, cpuMsAnEvent, billedMs } satisfies RunResult, () => process.exit(0));

async function invoke(): Promise<number> {
  const event = JSON.parse(task.event.replaceAll("#", String(count++)));
  const eventMs = performance.now();
  await handler(event, { getRemainingTimeInMillis: () => 29_000, awsRequestId: `request-${count}` });
  const ms = performance.now() - eventMs;
  if (task.markUrl !== undefined) await fetch(task.markUrl);
  return ms;
}
