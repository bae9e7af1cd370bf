/** Rows as a table for a terminal. */
import type { Row } from "./row.js";

export function table(rows: readonly Row[]): string {
  const lines = [
    ["", "measured", "p99", "goal", "met"],
    ...rows.map(({ section, what, value, unit, p99, goal }) => [
      `${section}: ${what}`,
      `${number(value)} ${unit}`,
      p99 === undefined ? "" : number(p99),
      goal?.text ?? "",
      goal ? (goal.met ? "yes" : "NO") : "",
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, i) => pad(cell, widths[i] ?? 0, i === 1 || i === 2)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function pad(cell: string, width: number, toTheRight: boolean): string {
  return toTheRight ? cell.padStart(width) : cell.padEnd(width);
}

function number(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
