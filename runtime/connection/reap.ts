/** What to do when a post fails: a connection that is gone is reaped, any other failure is reported. */
import type { Backend } from "../backend.js";
import type { OnPostError } from "../delivery/post-queues.js";
import { boundedRooms, type StaleMember } from "../delivery/self-invocation.js";
import { GoneError } from "../errors.js";
import { reportError } from "../log/log.js";
import type { Address } from "../store/store.js";

/**
 * A 410 is often the first to tell that a client has left (`$disconnect` is best effort, and later). The
 * `disconnect` handlers run in an event of their own, once, however many notice it. `staleOf` names the row
 * that led here.
 */
export function postErrorHandler(
  backend: Backend,
  staleOf: (to: Address) => StaleMember | undefined = () => undefined,
  noticedBy?: "heartbeat",
): OnPostError {
  const reaped = new Set<string>();
  return async (error, to) => {
    if (!(error instanceof GoneError)) return reportError("delivery", error);
    if (reaped.has(to.connectionId)) return;
    reaped.add(to.connectionId);
    const stale = staleOf(to);
    const { connectionId } = to;
    await backend
      .invokeSelf({
        selfEvent: "gone",
        connectionId,
        ...(stale && { stale: { ...stale, rooms: boundedRooms(stale.rooms) } }),
        ...(noticedBy && { noticedBy }),
      })
      .catch((failure: unknown) => reportError("delivery", failure, `reaping ${to.connectionId}`));
  };
}
