import { runJwt } from "./jwt-suite.js";
import { runSessions } from "./suite.js";
import { onStack } from "./targets.js";

runSessions("io.engine.use() on the stack, environments: 1", "engine", (app) => onStack(app, 1));
runSessions("io.use() on the stack, environments: 1", "wrapped", (app) => onStack(app, 1));
runJwt("on the stack, environments: 1", (app) => onStack(app, 1));
