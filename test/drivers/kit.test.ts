import { serveLocal } from "../../local/testing.js";
import { runDrivers } from "./suite.js";
import { inProcess } from "./targets.js";

/** In this process, with nothing kept between events. */
runDrivers("drivers on the kit", false, () => inProcess((io) => serveLocal(io, { cold: true })));
