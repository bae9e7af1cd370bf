import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { closureState } from "./closure-state.js";
import { moduleState } from "./module-state.js";

/** All rules, each in its own file. */
export const RULE_FUNCTIONS: readonly ((analysis: Analysis) => RawFinding[])[] = [moduleState, closureState];
