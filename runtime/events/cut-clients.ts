/**
 * Clients that API Gateway has cut off for what they sent: a binary frame (1003), or more than 32 KB (1009;
 * `aws-facts.md` §1.4). By long-polling both is fine, so a client that begins with it, upgrades and sends the
 * same again would be cut off again and again. One that comes back stays with polling for a day.
 *
 * It is known by the private id of its session, which only connection state recovery gives. Nothing else that
 * a browser sends survives a reconnection.
 *
 * Cost: 1 read and 1 write for each namespace at such a cut; 1 read of a post before the transport is known
 * whose CONNECT bears such an id.
 */
import { queuesOf } from "../polling/polling-backend.js";
import { decodePayload } from "../protocol/payload.js";
import type { Runtime } from "../runtime.js";

/** The connection is being closed by API Gateway. */
export async function rememberCut({ backend }: Runtime, connectionId: string): Promise<void> {
  const stored = await backend.connections.load(connectionId);
  const pids = [...(stored?.sessions.values() ?? [])].flatMap(({ pid }) => pid ?? []);
  await Promise.all(pids.map((pid) => queuesOf(backend).noteCut(pid)));
}

/** Whether a CONNECT in the body bears the id of a client that was cut. */
export async function wasCut({ backend, recoveryMs }: Runtime, body: string): Promise<boolean> {
  if (recoveryMs === undefined) return false;
  const pids = decodePayload(body)
    .flatMap((frame) => pidOf(frame) ?? [])
    .slice(0, MAX_CONNECTS);
  const cuts = await Promise.all(pids.map((pid) => queuesOf(backend).wasCut(pid)));
  return cuts.includes(true);
}

/** A client posts one CONNECT for each namespace. No stranger has us read as often as a body has room for. */
const MAX_CONNECTS = 16;

/** CONNECT, with its namespace where that is not the main one. Not with a parser of the app's own. */
const CONNECT = /^40(?:\/[^,]*,)?(\{.*)$/s;

function pidOf(frame: string): string | undefined {
  const [, auth] = CONNECT.exec(frame) ?? [];
  if (auth === undefined) return undefined;
  try {
    const { pid } = JSON.parse(auth) as { readonly pid?: unknown };
    return typeof pid === "string" ? pid : undefined;
  } catch {
    return undefined; // socket.io closes the connection for it
  }
}
