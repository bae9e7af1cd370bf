import type { GatewayFaults, PostFault } from "../gateway/gateway-faults.js";
import type { Faults } from "./faults.js";

const POST_FAULTS = {
  postThrottle: { status: 429, isDelivered: false },
  postFail: { status: 500, isDelivered: false },
  postFailAfter: { status: 500, isDelivered: true },
  postGone: { status: 410, isDelivered: true },
} as const satisfies Record<string, PostFault>;

const POST_KINDS = Object.keys(POST_FAULTS) as readonly (keyof typeof POST_FAULTS)[];

/** API Gateway's share of the faults. */
export function gatewayFaults(faults: Faults): GatewayFaults {
  return {
    slowPost(connectionId, frame) {
      if (!faults.strikes("postSlow")) return 0;
      const ms = faults.randomMs("postSlowMs");
      faults.report({ kind: "postSlow", connectionId, frame, ms });
      return ms;
    },

    post(connectionId, frame) {
      const kind = faults.firstOf(POST_KINDS);
      if (!kind) return undefined;
      faults.report({ kind, connectionId, frame });
      return POST_FAULTS[kind];
    },

    disconnects(connectionId) {
      const kind = faults.firstOf(["loseDisconnect", "repeatDisconnect"]);
      if (!kind) return 1;
      faults.report({ kind, connectionId });
      return kind === "loseDisconnect" ? 0 : 2;
    },

    cuts(connectionId, frame) {
      if (!faults.strikes("cut")) return false;
      faults.report({ kind: "cut", connectionId, frame });
      return true;
    },
  };
}

/** Lets the gateway's clock jump. Ends with `close()`. */
export function clockJumps(faults: Faults, advance: (ms: number) => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  faults.watch(() => {
    clearInterval(timer);
    const ms = faults.ms("jumpMs");
    if (ms === 0) return;
    timer = setInterval(() => {
      faults.report({ kind: "jumpMs", ms });
      advance(ms);
    }, faults.ms("jumpEveryMs")).unref();
  });
  return { close: () => clearInterval(timer) };
}
