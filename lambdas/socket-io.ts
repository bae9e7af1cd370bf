import "../runtime/app-servers/no-ports.js"; // first: no code of the app's may run before
import { loadApp } from "../runtime/app-servers/load-app.js";
import { registerAfterResponse } from "../runtime/events/after-response.js";
import { createHandlers } from "../runtime/handlers.js";
import { surviveStrayErrors } from "../runtime/log/stray-errors.js";

surviveStrayErrors();

const io = await loadApp(() => import("#app"));

/** The app function. The bundle resolves `#app` to the file that the construct was given. */
export const { handler } = createHandlers(io, { afterResponse: await registerAfterResponse() });
