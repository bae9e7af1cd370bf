import { type Capabilities, type Contract, contractOf, type Target } from "../contract.js";
import { acks } from "./acks.js";
import { disconnects } from "./disconnects.js";
import { emits } from "./emits.js";
import { engineIoProtocol } from "./engine-io.js";
import { flags } from "./flags.js";
import { listeners } from "./listeners.js";
import { middlewares } from "./middlewares.js";
import { namespaces } from "./namespaces.js";
import { plainProtocol } from "./plain.js";
import { realClients } from "./real-clients.js";
import { roomEvents } from "./room-events.js";
import { roomLists } from "./room-list.js";
import { rooms } from "./rooms.js";
import { sessions } from "./session.js";
import { socketIoProtocol } from "./socket-io.js";
import { subprotocols } from "./subprotocols.js";
import { utilities } from "./utilities.js";

/** All claims, on one implementation. */
export function runContract(can: Capabilities, start: () => Promise<Target>): void {
  const contract = contractOf(can, start);
  engineIoProtocol(contract);
  subprotocols(contract);
  socketIoProtocol(contract);
  plainProtocol(contract);
  claimsOfClients(contract);
}

/** Some of that, where each connection takes a second: acks, and how connections end. */
export function runShortClientContract(can: Capabilities, start: () => Promise<Target>): void {
  const contract = contractOf(can, start);
  acks(contract);
  disconnects(contract);
}

/** What may depend on how packets get to clients and from them. */
export function runClientContract(can: Capabilities, start: () => Promise<Target>): void {
  const contract = contractOf(can, start);
  emits(contract);
  rooms(contract);
  acks(contract);
  namespaces(contract);
  disconnects(contract);
  realClients(contract);
}

function claimsOfClients(contract: Contract): void {
  emits(contract);
  rooms(contract);
  acks(contract);
  namespaces(contract);
  middlewares(contract);
  listeners(contract);
  sessions(contract);
  disconnects(contract);
  utilities(contract);
  flags(contract);
  roomEvents(contract);
  roomLists(contract);
  realClients(contract);
}
