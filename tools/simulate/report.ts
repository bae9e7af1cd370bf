/** The simulation as Markdown tables, which `docs/scale.md` takes as they are. */
import { dollars, money, plural, whole } from "../cost/words.js";
import type { Resource } from "./load.js";
import type { SimulationOptions } from "./options.js";
import type { Simulated } from "./simulation.js";

export function report(options: SimulationOptions, sizes: readonly Simulated[]): string {
  const { roomsOf, messageEverySeconds, limits } = options;
  return [
    `Each client sends a message every ${whole(messageEverySeconds)} s to its room of ${whole(roomsOf)} and stays ` +
      `${whole(options.sessionMinutes)} min; a ping every ${whole(options.pingSeconds)} s; ` +
      `${plural(options.announcementsPerHour, "broadcast")} to everybody an hour; ${options.mode} mode; seed ${options.seed}.`,
    `Limits: ${whole(limits.accountRps)} requests/s (burst ${whole(limits.accountBurst)}), ` +
      `${whole(limits.newConnectionsPerSecond)} new connections/s, ${whole(limits.lambdaConcurrency)} Lambda environments, ` +
      `${whole(limits.tableUnits)} units/s a table, ${plural(limits.shards, "shard")}, ${plural(options.handoversAtOnce, "part")} of a broadcast handed over at once.`,
    "",
    table(
      ["connections", "messages/s", "requests/s", "most used limit", "used", "also broken"],
      sizes.map(({ connections, messagesPerSecond, load, broken }) => {
        const [first] = load.resources;
        const others = broken.filter((resource) => resource !== first).map(resourceText);
        return [
          whole(connections),
          whole(messagesPerSecond),
          whole(load.accountRps),
          first?.name ?? "",
          first ? use(first) : "",
          others.join("; ") || "none",
        ];
      }),
    ),
    "",
    table(
      [
        "connections",
        "refused",
        "room p50",
        "room p99",
        "everybody p50",
        "p99",
        "last",
        "handed over in",
        "all read in",
        "all reconnect",
      ],
      sizes.map(({ connections, refused, room, everybody, reconnectSeconds }) => [
        whole(connections),
        percent(refused),
        time(room?.p50Ms),
        time(room?.p99Ms),
        time(everybody?.p50Ms),
        time(everybody?.p99Ms),
        time(everybody?.maxMs),
        handedOver(everybody?.handedOverMs),
        time(everybody?.readMs),
        time(reconnectSeconds * 1000),
      ]),
    ),
    "",
    table(
      [
        "connections",
        "to ask AWS for: requests/s",
        "new connections/s",
        "Lambda environments",
        "write units/s",
        "USD a month",
        "each",
      ],
      sizes.map(({ connections, load, usdPerMonth }) => [
        whole(connections),
        ask(load.accountRps),
        ask(load.newConnectionsPerSecond),
        ask(
          Math.max(
            demand(load.resources, "Lambda environments"),
            demand(load.resources, "Lambda requests/s") / 10,
          ),
        ),
        ask(demand(load.resources, "table write units/s")),
        money(Math.round(usdPerMonth)),
        dollars(usdPerMonth / connections),
      ]),
    ),
  ].join("\n");
}

/** `timeout` of the construct: what is not handed over by then is lost. */
const SENDER_MS = 25_000;

function handedOver(ms: number | undefined): string {
  return ms !== undefined && ms > SENDER_MS ? `${time(ms)}, too long` : time(ms);
}

/** Half as much again as the mean load, in two digits: traffic comes in waves. */
function ask(demandPerSecond: number): string {
  const wanted = demandPerSecond * 1.5;
  if (wanted < 1) return "1";
  const step = 10 ** Math.max(0, Math.floor(Math.log10(wanted)) - 1);
  return whole(Math.ceil(wanted / step) * step);
}

function demand(resources: readonly Resource[], name: string): number {
  return resources.find((resource) => resource.name === name)?.demand ?? 0;
}

function resourceText(resource: Resource): string {
  return `${resource.name} ${use(resource)}`;
}

/** Near the whole, the tenths say how little is left. */
function percent(part: number): string {
  return `${(part * 100).toFixed(part > 0.99 ? 1 : 0)} %`;
}

/** A share of the limit, or how often it would be needed. */
function use({ demand: asked, limit }: Resource): string {
  const used = asked / limit;
  return used > 1
    ? `${used.toLocaleString("en-US", { maximumFractionDigits: used < 10 ? 1 : 0 })} x`
    : `${Math.round(used * 100)} %`;
}

function time(ms: number | undefined): string {
  if (ms === undefined) return "no end";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
