/**
 * Node's options of the functions, by the variable `NODE_OPTIONS`. Knows nothing of CDK, so
 * that the benchmark can use it too.
 */

/** Stack traces name the lines of the sources. */
const SOURCE_MAPS = "--enable-source-maps";

/** What every function has, and what the user adds. `given` may be a token of CDK. */
export function nodeOptions(given = ""): string {
  return [SOURCE_MAPS, ...(given.trim() === "" ? [] : [given.trim()])].join(" ");
}

/**
 * Of the `deliver` function, beside those that all have. V8 lets its young generation grow before it collects
 * it; posts leave much garbage and keep nothing, so 2 MB halves hold all that is alive, and collecting them
 * more often costs no time (`docs/decisions/deliver-memory.md`).
 *
 * Lambda sizes both generations by the function's memory (51 and 921 MB at 1,024), unless one of these
 * options is set; then V8's own default counts for the other, so both are set. Source: the bootstrap of
 * nodejs24.x, as read in
 * dev.to/wonderfulsoap/deep-dive-into-aws-lambda-3-official-nodejs-runtime-analysis-43je; Node's list of what
 * the variable takes: nodejs.org/api/cli.html#node_optionsoptions.
 */
export const DELIVER_NODE_OPTIONS = "--max-semi-space-size=2 --max-old-space-size=896";
