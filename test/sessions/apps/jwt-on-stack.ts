/** In a bundle, where `io.engine` is there while the module loads. */
import { Engine } from "../../../runtime/connection/engine.js";
import { io, useEngine } from "./jwt-app.js";

io.bind(new Engine() as never);
useEngine(io.engine);

export { io };
