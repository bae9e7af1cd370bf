export type { AppFunction } from "./app-function.js";
export { BundledFunction, type BundledFunctionProps } from "./bundled-function.js";
export type { BundledCodeProps } from "./bundling.js";
export type { BundlingOptions } from "./bundling-options.js";
export type { ReservedConcurrency } from "./concurrency.js";
export {
  BundlingError,
  InvalidPropError,
  MissingEsbuildError,
  PackageInstallError,
  ProgramFilesError,
  SocketIoApiError,
} from "./errors.js";
export { EventQueue, type EventQueueProps } from "./event-queue.js";
export type { FrontDoor } from "./front-door.js";
export type { FrontDoorProps } from "./front-door-props.js";
export { addConnectionOutputs } from "./outputs.js";
export type { PollFunction } from "./poll-function.js";
export type { Order, SocketIoApiProps } from "./props.js";
export type { FunctionRoute, GuardedFunctionRoute, OpenFunctionRoute, RouteEntry } from "./route-targets.js";
export { type ConnectionMethod, SocketIoApi } from "./socket-io-api.js";
export { Tables, type TablesProps } from "./tables.js";
export type { ThrottleOptions } from "./throttle.js";
export type { TimerOptions } from "./timer-options.js";
