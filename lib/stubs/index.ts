/**
 * What bundles for Lambda leave out of dependencies because nothing there can call it. Only imports by the packages named
 * here are replaced: an app that imports `ws` itself, for one, gets the real one (`lib/bundling.ts`).
 */
import { fileURLToPath } from "node:url";

export interface Stub {
  /** Absolute path of the file that stands in. CommonJS, so that an import of a name it lacks still compiles. */
  readonly file: string;
  /** Whether imports by this package may be replaced. */
  readonly isFor: (importer: string) => boolean;
}

const socketIo = (importer: string) =>
  ["socket.io", "socket.io-adapter", "socket.io-parser"].includes(importer);
const awsSdk = (importer: string) =>
  importer.startsWith("@aws-sdk/client-") || importer === "@aws-sdk/middleware-endpoint-discovery";

/** By the name that is imported. */
export const STUBS: ReadonlyMap<string, Stub> = new Map([
  ["engine.io", { file: fileOf("engine.io.cts"), isFor: socketIo }],
  ["ws", { file: fileOf("ws.cts"), isFor: socketIo }],
  ["accepts", { file: fileOf("accepts.cts"), isFor: socketIo }],
  ["cors", { file: fileOf("cors.cts"), isFor: socketIo }],
  ["debug", { file: fileOf("debug.cts"), isFor: socketIo }],
  ["@aws-sdk/endpoint-cache", { file: fileOf("endpoint-cache.cts"), isFor: awsSdk }],
  ["@aws-sdk/credential-provider-node", { file: fileOf("credential-provider-node.cts"), isFor: awsSdk }],
]);

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
