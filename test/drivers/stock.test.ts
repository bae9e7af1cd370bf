import { serveStock } from "../contract/stock.js";
import { runDrivers } from "./suite.js";
import { inProcess } from "./targets.js";

/** The control: Socket.IO's own server. */
runDrivers("drivers on stock", false, () => inProcess(serveStock));
