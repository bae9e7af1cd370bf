/** `managementApi()` alone: signing, keep-alive, the adaptive limit. */
import { managementApi } from "../../runtime/delivery/management-api.js";
import { connectionId } from "../mock/members.js";
import { FRAME, type PostAll, type PostingTask } from "./protocol.js";

export function ourClient({ url, recipients }: PostingTask): PostAll {
  const delivery = managementApi();
  const addresses = Array.from({ length: recipients }, (_, i) => ({
    connectionId: connectionId(i),
    endpoint: `${url}/prod`,
    protocol: "engine.io" as const,
  }));
  return () => Promise.all(addresses.map((address) => delivery.post(address, [FRAME])));
}
