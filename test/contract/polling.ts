/** The test kit for clients that begin with HTTP long-polling, at Socket.IO's own path. */
import type { Server } from "socket.io";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import type { Target } from "./contract.js";

/** Clients that poll, and are told at once that they may not upgrade. */
export async function servePolling(io: Server): Promise<Target> {
  Object.assign(io._opts, { allowUpgrades: false });
  const server = await serveLocal(io);
  const drop = (sid: string) => void leave(server, sid);
  return { ...atOwnPath(server), gateway: { drop }, clientOptions: { transports: ["polling"] } };
}

/** Clients with no options at all, which upgrade. */
export async function serveUpgraded(io: Server): Promise<Target> {
  const server = await serveLocal(io);
  const { client, rooms } = server.tables;
  const polling = dynamoPolling(client, rooms);
  // On a busy machine one may be too late to upgrade.
  const lose = async (sid: string) => {
    const { mode, probe = "" } = (await polling.state(sid)) ?? {};
    return mode === "websocket" ? server.gateway.drop(probe) : leave(server, sid);
  };
  const drop = (sid: string) => void lose(sid);
  return { ...atOwnPath(server), gateway: { drop }, clientOptions: {} };
}

function atOwnPath(server: LocalServer): Omit<Target, "gateway"> {
  const { url, settled, close } = server;
  return { url, path: "/socket.io", settled, close };
}

/** A close packet in the client's name: its next poll is told, and the server sees it leave. */
export async function leave({ url }: Pick<LocalServer, "url">, sid: string): Promise<void> {
  const address = new URL(`/socket.io/?EIO=4&transport=polling&sid=${sid}`, url.replace(/^ws/, "http"));
  await fetch(address, { method: "POST", body: "1" });
}
