import { Connection } from "./connection.js";
import { showComposer } from "./conversation.js";
import { byId, note } from "./elements.js";
import { showLog } from "./log.js";
import { showRooms } from "./rooms.js";
import { showTerminal } from "./terminal.js";
import { showYou } from "./you.js";

try {
  const response = await fetch("/stack.json");
  if (!response.ok) throw new Error(`GET /stack.json answered ${response.status}`);
  start(await response.json());
} catch (error) {
  byId("status").dataset.status = "disconnected";
  byId("status").textContent = "Disconnected";
  note(
    byId("connection-note"),
    `This page could not start: ${error.message}. Reload to try again.`,
    "mistake",
  );
  throw error;
}

function start(stack) {
  const connection = new Connection(stack);
  const log = showLog(connection);
  const setTerminalRoom = showTerminal(stack);
  const setTalkRooms = showComposer(connection, log, setTerminalRoom);
  showRooms(connection, setTalkRooms);
  showYou(connection, stack);
}
