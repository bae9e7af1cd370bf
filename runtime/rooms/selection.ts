import type { BroadcastOptions } from "socket.io-adapter";

/** Which sockets: those of a union of rooms, or of the whole namespace where there are none. */
export type Selection = Pick<BroadcastOptions, "rooms"> & Partial<BroadcastOptions>;
