import { runCommand } from "../cost/run-command.js";
import { simulateCommand } from "./command.js";

runCommand(simulateCommand);
