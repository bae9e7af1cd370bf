/** A way to clients that ends in a list, and that a test can hold up or break. */
import type { Delivery } from "../../runtime/delivery/delivery.js";
import type { Address } from "../../runtime/store/store.js";

export class RecordingDelivery implements Delivery {
  /** `[connection id, frame]`, in the order in which they were accepted; a close is the frame `null`. */
  readonly sent: [string, string | null][] = [];
  /** Called before a frame is accepted: what it waits for holds up the frame, what it throws fails it. */
  before: (to: Address, frame: string | null) => Promise<void> | void = () => {};

  async post(to: Address, frames: readonly string[]): Promise<void> {
    for (const frame of frames) {
      await this.before(to, frame);
      this.sent.push([to.connectionId, frame]);
    }
  }

  /** Every connection is open. */
  async check(): Promise<void> {}

  async close(to: Address): Promise<void> {
    await this.before(to, null);
    this.sent.push([to.connectionId, null]);
  }

  to(connectionId: string): (string | null)[] {
    return this.sent.filter(([id]) => id === connectionId).map(([, frame]) => frame);
  }
}

export function addressOf(connectionId: string, protocol: Address["protocol"] = "engine.io"): Address {
  return { connectionId, endpoint: "http://127.0.0.1:9/prod", protocol };
}

/** A promise, and what settles it. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
