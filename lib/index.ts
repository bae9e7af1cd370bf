export { BundledFunction, type BundledFunctionProps } from "./bundled-function.js";
export type { BundleProps } from "./bundling.js";
export { BundlingError, InvalidPropError, SocketIoApiError } from "./errors.js";
export { EventQueue, type EventQueueProps } from "./event-queue.js";
export type { Order, RouteEntry, SocketIoApiProps } from "./options.js";
export { addConnectionOutputs } from "./outputs.js";
export { SocketIoApi } from "./socket-io-api.js";
export { Tables, type TablesProps } from "./tables.js";
