/** One line of the table. */
export interface Row {
  /** `posting`, `start`, … */
  readonly section: string;
  readonly what: string;
  /** The median of the runs, where there were several. */
  readonly value: number;
  readonly unit: Unit;
  readonly p99?: number;
  /** Runs, or single measurements, that the value was taken from. */
  readonly runs: number;
  /** A row without a goal is there to compare with. */
  readonly goal?: Goal;
}

export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

export type Unit = "ms" | "s" | "MB" | "KB" | "posts/CPU-s" | "events/s" | "times" | "%" | "of 1";

export interface SectionOptions {
  /** Fewer runs and smaller sizes: to see that it works, not to quote from. */
  readonly quick: boolean;
  /** Says what is going on, for a waiting person. */
  readonly progress: (message: string) => void;
}

export type Section = (options: SectionOptions) => Promise<Row[]>;

export function atMost(limit: number, unit: Unit, value: number, explanation = ""): Goal {
  return { text: `≤ ${limit} ${unit}${explanation && ` (${explanation})`}`, met: value <= limit };
}

export function atLeast(limit: number, unit: Unit, value: number, explanation = ""): Goal {
  return { text: `≥ ${limit} ${unit}${explanation && ` (${explanation})`}`, met: value >= limit };
}
