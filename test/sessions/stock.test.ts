import { runJwt } from "./jwt-suite.js";
import { runSessions } from "./suite.js";
import { onStock } from "./targets.js";

runSessions("io.engine.use() on stock", "engine", onStock);
runSessions("io.use() on stock", "wrapped", onStock);
runJwt("on stock", onStock);
