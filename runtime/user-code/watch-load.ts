/** Imported by the function's entry before the app, whose timers are to be seen while it loads. */
import { watchTimers } from "./timers.js";

watchTimers();
