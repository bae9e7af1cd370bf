import { runJwt } from "./jwt-suite.js";
import { runSessions } from "./suite.js";
import { onKit } from "./targets.js";

runSessions("io.engine.use() on kit", "engine", onKit);
runSessions("io.use() on kit", "wrapped", onKit);
runJwt("on kit", onKit);
