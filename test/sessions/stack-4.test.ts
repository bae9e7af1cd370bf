import { runJwt } from "./jwt-suite.js";
import { runSessions } from "./suite.js";
import { onStack } from "./targets.js";

runSessions("io.engine.use() on the stack, environments: 4", "engine", (app) => onStack(app, 4));
runSessions("io.use() on the stack, environments: 4", "wrapped", (app) => onStack(app, 4));
runJwt("on the stack, environments: 4", (app) => onStack(app, 4));
