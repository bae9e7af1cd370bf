/** `socket.io-lambda`: runs a Socket.IO server in AWS Lambda. */
export { type AfterResponse, registerAfterResponse } from "./after-response.js";
export {
  AppError,
  AwsCallError,
  DeadlineError,
  EnvironmentError,
  GoneError,
  ItemVersionError,
  NoTimeLeftError,
  OrderedAckError,
  SocketIoLambdaError,
  UnstorableValueError,
  UnsupportedError,
} from "./errors.js";
export { findServer } from "./find-server.js";
export { createHandlers, type HandlerContext, type HandlerOptions, type Handlers } from "./handlers.js";
export type { RuntimeOptions } from "./runtime.js";
