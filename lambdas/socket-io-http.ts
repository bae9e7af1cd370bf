import { loadApp } from "../runtime/app-servers/load-app.js";
import { openNoPorts } from "../runtime/app-servers/no-ports.js";
import { registerAfterResponse } from "../runtime/events/after-response.js";
import { createHandlers } from "../runtime/handlers.js";
import { surviveStrayErrors } from "../runtime/log/stray-errors.js";
import { longPolling } from "../runtime/long-polling.js";
import { watchTimers } from "../runtime/user-code/timers.js";

surviveStrayErrors();
// Before any code of the app runs.
openNoPorts();
watchTimers();

const io = await loadApp(() => import("#app"));

/**
 * The app function behind a front door: it serves clients that begin with HTTP long-polling, and the app's
 * own HTTP.
 */
export const { handler } = createHandlers(io, { afterResponse: await registerAfterResponse(), longPolling });
