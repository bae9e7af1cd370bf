import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { adapterMaps } from "./adapter-maps.js";
import { api } from "./api.js";
import { awaitFirst } from "./await-first.js";
import { binary } from "./binary.js";
import { closureState } from "./closure-state.js";
import { keptOpen } from "./kept-open.js";
import { lateListener } from "./late-listener.js";
import { limits } from "./limits.js";
import { moduleState } from "./module-state.js";
import { options } from "./options.js";
import { order } from "./order.js";
import { replay } from "./replay.js";
import { sessionStore } from "./session-store.js";
import { timer } from "./timer.js";
import { unstorable } from "./unstorable.js";
import { version2 } from "./version-2.js";

/** All rules, each in its own file. */
export const RULE_FUNCTIONS: readonly ((analysis: Analysis) => RawFinding[])[] = [
  moduleState,
  closureState,
  adapterMaps,
  timer,
  keptOpen,
  replay,
  awaitFirst,
  lateListener,
  unstorable,
  sessionStore,
  limits,
  binary,
  api,
  options,
  version2,
  order,
];
