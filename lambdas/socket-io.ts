import * as app from "#app";
import { registerAfterResponse } from "../runtime/after-response.js";
import { findServer } from "../runtime/find-server.js";
import { createHandlers } from "../runtime/index.js";
import { surviveStrayErrors } from "../runtime/stray-errors.js";

surviveStrayErrors();

/** The app function. The bundle resolves `#app` to the file that the construct was given. */
export const { handler } = createHandlers(findServer(app), { afterResponse: await registerAfterResponse() });
