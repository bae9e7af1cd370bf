import { costCommand } from "./command.js";
import { runCommand } from "./run-command.js";

runCommand(costCommand);
