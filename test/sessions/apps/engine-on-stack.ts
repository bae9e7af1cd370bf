/** In a bundle, where `io.engine` is there while the module loads. */
import { io, useEngine } from "./engine-app.js";

useEngine(io.engine);

export { io };
