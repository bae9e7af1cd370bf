/** `socket.io-lambda/emitter`: emits to clients from outside of the app. */
export {
  AwsCallError,
  EmitterError,
  EnvironmentError,
  SocketIoLambdaError,
  UnsupportedError,
} from "../errors.js";
export type { AppCallOptions } from "./app-call.js";
export type { BroadcastOperator } from "./broadcast-operator.js";
export type { CredentialsProvider } from "./credentials.js";
export { Emitter, type EmitterOptions } from "./emitter.js";
export type { RemoteHandshake, RemoteSocket } from "./remote-socket.js";
