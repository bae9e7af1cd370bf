import "../runtime/user-code/watch-load.js"; // first of all

import * as app from "#app";
import { registerAfterResponse } from "../runtime/events/after-response.js";
import { createHandlers } from "../runtime/handlers.js";
import { surviveStrayErrors } from "../runtime/log/stray-errors.js";
import { findServer } from "../runtime/socket-io/find-server.js";

surviveStrayErrors();

/** The app function. The bundle resolves `#app` to the file that the construct was given. */
export const { handler } = createHandlers(findServer(app), { afterResponse: await registerAfterResponse() });
