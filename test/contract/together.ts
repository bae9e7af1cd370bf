import type { Socket } from "socket.io-client";
import type { Clients } from "../support/clients.js";
import { fresh } from "./contract.js";

type SocketsOf<Count extends number, Found extends Socket[] = []> = Found["length"] extends Count
  ? Found
  : SocketsOf<Count, [...Found, Socket]>;

/**
 * So many clients in a namespace that nobody else is in. Which pattern of the app's makes it, `prefix` says.
 */
export async function together<Count extends number>(
  clients: Clients,
  count: Count,
  prefix = "/open",
): Promise<SocketsOf<Count>> {
  const namespace = fresh(prefix);
  const joined = await Promise.all(Array.from({ length: count }, () => clients.join(namespace)));
  return joined as SocketsOf<Count>;
}
