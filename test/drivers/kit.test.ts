import { serveLocal } from "../../local/testing.js";
import { runDrivers } from "./suite.js";
import { inProcess } from "./targets.js";

/** In this process, with nothing kept between events. The stack has the other moments of opening. */
runDrivers("drivers on the kit", false, () => inProcess((io) => serveLocal(io, { cold: true })), {
  opened: ["at load"],
});
