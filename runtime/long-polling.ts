/** All that clients need that begin with HTTP long-polling: `createHandlers(io, { longPolling })`. */
import { rememberCut } from "./events/cut-clients.js";
import { onHttpRequest } from "./events/http-request.js";
import { stayWithPolling } from "./events/polling-decision.js";
import { onProbe } from "./events/probe.js";
import { onUpgrading } from "./events/upgrade.js";
import { pollingBackend } from "./polling/polling-backend.js";
import { takeUnread } from "./recovery/unread-packets.js";
import type { LongPolling } from "./runtime.js";

export const longPolling: LongPolling = {
  backend: pollingBackend,
  request: onHttpRequest,
  stay: stayWithPolling,
  probe: onProbe,
  takeOver: onUpgrading,
  cut: rememberCut,
  unread: takeUnread,
};
