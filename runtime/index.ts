/** `socket.io-lambda`: runs a Socket.IO server in AWS Lambda. */

export type { RuntimeOptions } from "./bind-server.js";
export { DEFAULT_LIMITS, type Limits } from "./client-limits.js";
export {
  AppError,
  ArgumentsTooLargeError,
  AwsCallError,
  DeadlineError,
  EnvironmentError,
  GoneError,
  ItemVersionError,
  LimitError,
  LostRunError,
  NoTimeLeftError,
  OrderedAckError,
  SocketIoLambdaError,
  UnsavedValuesError,
  UnstorableValueError,
  UnsupportedError,
  ValueTooLargeError,
} from "./errors.js";
export { type AfterResponse, registerAfterResponse } from "./events/after-response.js";
export { createHandlers, type HandlerContext, type HandlerOptions, type Handlers } from "./handlers.js";
export { longPolling } from "./long-polling.js";
export { type RoomList, roomList } from "./rooms/room-list.js";
export type { LongPolling } from "./runtime.js";
export { findServer } from "./socket-io/find-server.js";
export { after } from "./tasks/after.js";
export { every } from "./tasks/every.js";
export type { Interval } from "./tasks/interval.js";
