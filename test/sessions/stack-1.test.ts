import { runJwt } from "./jwt-suite.js";
import { runSessions } from "./suite.js";
import { onStack } from "./targets.js";

// Where one environment serves all events, whose session it is shows in either way of using a middleware;
// four environments have both.
runSessions("io.engine.use() on the stack, environments: 1", "engine", (app) => onStack(app, 1));
runJwt("on the stack, environments: 1", (app) => onStack(app, 1));
