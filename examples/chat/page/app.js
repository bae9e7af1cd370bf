import { Connection } from "./connection.js";
import { showComposer } from "./conversation.js";
import { showLog } from "./log.js";
import { showRooms } from "./rooms.js";
import { showTerminal } from "./terminal.js";
import { showYou } from "./you.js";

const connection = new Connection();
const log = showLog(connection);
const setTerminalRoom = showTerminal(location);
const setTalkRooms = showComposer(connection, log, setTerminalRoom);
showRooms(connection, setTalkRooms);
showYou(connection, location);
