import "../runtime/user-code/watch-load.js"; // first of all

import * as app from "#app";
import { registerAfterResponse } from "../runtime/events/after-response.js";
import { createHandlers } from "../runtime/handlers.js";
import { surviveStrayErrors } from "../runtime/log/stray-errors.js";
import { longPolling } from "../runtime/long-polling.js";
import { findServer } from "../runtime/socket-io/find-server.js";

surviveStrayErrors();

/** The app function behind a front door: it serves clients that begin with HTTP long-polling, too. */
export const { handler } = createHandlers(findServer(app), {
  afterResponse: await registerAfterResponse(),
  longPolling,
});
