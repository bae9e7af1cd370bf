/** What was logged, as the lines of the log. */
import { format } from "node:util";
import { afterAll, beforeEach, type MockInstance, vi } from "vitest";

export interface LogLines {
  /** All that was written so far, line by line. */
  lines(): string[];
  /** Resolves with the line that matches when there is one. */
  find(pattern: RegExp): Promise<string>;
}

/**
 * Keeps what `console.error` and `console.warn` are given within each test. Clears it before the next one.
 */
export function logLines(): LogLines {
  let written: MockInstance[] = [];
  beforeEach(() => {
    written = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
    for (const one of written) one.mockClear().mockImplementation(() => {});
  });
  afterAll(() => {
    for (const one of written) one.mockRestore();
  });
  const lines = () =>
    written.flatMap(({ mock }) => mock.calls.flatMap((call) => format(...(call as [unknown])).split("\n")));
  const find = (pattern: RegExp) =>
    vi.waitFor(
      () => {
        const found = lines().find((line) => pattern.test(line));
        if (found === undefined) throw new Error(`No line matches ${pattern}:\n${lines().join("\n")}`);
        return found;
      },
      { timeout: 10_000, interval: 10 },
    );
  return { lines, find };
}
