/**
 * What bundles for Lambda leave out of dependencies because nothing there can call it. Only imports by the
 * packages named here are replaced: an app that imports `ws` itself, for one, gets the real one
 * (`lib/bundling.ts`). And what has no meaning on Lambda, so that a server's file runs as it is.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isInstalled } from "../optional-package.js";
import { packageFile } from "../package-file.js";

export interface Stub {
  /**
   * Absolute path of the file that stands in. CommonJS, so that an import of a name it lacks still compiles.
   */
  readonly file: string;
  /** Whether imports by this package, in this file (an absolute path), may be replaced. */
  readonly isFor: (importer: string, file: string) => boolean;
  /**
   * Stays where somebody imports it whom it is for, whoever else does. Default: it gives way to the original
   * where anybody else imports it.
   */
  readonly isPreferred?: boolean;
  /** Packages that need the original, in any importer. Default: none. */
  readonly isNeededBy?: (packageName: string) => boolean;
}

const socketIo = (importer: string) =>
  ["socket.io", "socket.io-adapter", "socket.io-parser"].includes(importer);
const awsSdk = (importer: string) =>
  importer.startsWith("@aws-sdk/client-") || importer === "@aws-sdk/middleware-endpoint-discovery";

const otherAwsClient = (name: string) =>
  name.startsWith("@aws-sdk/client-") && name !== "@aws-sdk/client-dynamodb";

const isOurs = (file: string) =>
  file.startsWith(packageFile("runtime/")) || file.startsWith(packageFile("lib/stubs/"));

/** What files keep for a server of several processes: the app's own import of it is replaced as well. */
const MEANINGLESS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "cluster-adapters.cts",
    [
      "@socket.io/redis-adapter",
      "@socket.io/redis-streams-adapter",
      "@socket.io/cluster-adapter",
      "@socket.io/mongo-adapter",
      "@socket.io/postgres-adapter",
      "@socket.io/gcp-pubsub-adapter",
      "@socket.io/aws-sqs-adapter",
      "@socket.io/azure-service-bus-adapter",
      "socket.io-redis",
    ],
  ],
  ["sticky.cts", ["@socket.io/sticky"]],
  ["admin-ui.cts", ["@socket.io/admin-ui"]],
]);

/** By the name that is imported: of a package, or of a part of one. */
export const STUBS: ReadonlyMap<string, Stub> = new Map<string, Stub>([
  ["socket.io", { file: fileOf("socket.io.cts"), isFor: () => true }],
  ["engine.io", { file: fileOf("engine.io.cts"), isFor: socketIo }],
  ["ws", { file: fileOf("ws.cts"), isFor: socketIo }],
  ["accepts", { file: fileOf("accepts.cts"), isFor: socketIo }],
  ["cors", { file: fileOf("cors.cts"), isFor: socketIo }],
  ["debug", { file: fileOf("debug.cts"), isFor: socketIo }],
  ...inMemoryAdapter(),
  // A package that asks is no worker (log4js would send its lines to a primary process); the app's server is
  // in the `else`, and outweighs it.
  ...["cluster", "node:cluster"].map((name): [string, Stub] => [
    name,
    { file: fileOf("cluster.cts"), isFor: (importer) => importer === "", isPreferred: true },
  ]),
  ...[...MEANINGLESS].flatMap(([file, names]) =>
    names.map((name): [string, Stub] => [name, { file: fileOf(file), isFor: () => true }]),
  ),
  [
    "@smithy/core/event-streams",
    {
      file: fileOf("event-streams.cts"),
      isFor: (importer) => importer === "@smithy/core",
      isNeededBy: otherAwsClient,
    },
  ],
  [
    "@aws/lambda-invoke-store",
    {
      file: fileOf("lambda-invoke-store.cts"),
      isFor: (importer) => importer === "@aws-sdk/core",
      isNeededBy: otherAwsClient,
    },
  ],
  ["@aws-sdk/endpoint-cache", { file: fileOf("endpoint-cache.cts"), isFor: awsSdk }],
  [
    "@aws-sdk/credential-provider-node",
    { file: fileOf("credential-provider-node.cts"), isFor: (importer, of) => awsSdk(importer) || isOurs(of) },
  ],
]);

/** `socket.io-adapter` without its adapters for clusters, whose nodes talk to each other. */
function inMemoryAdapter(): [string, Stub][] {
  if (!isInstalled("socket.io")) return [];
  const { resolve } = createRequire(createRequire(import.meta.url).resolve("socket.io"));
  const file = join(dirname(resolve("socket.io-adapter")), "in-memory-adapter.js");
  const isFor = (importer: string, of: string) => socketIo(importer) || isOurs(of);
  return [["socket.io-adapter", { file, isFor }]];
}

function fileOf(name: string): string {
  return packageFile(`lib/stubs/${name}`);
}
