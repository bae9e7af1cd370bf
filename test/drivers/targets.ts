/** Where the app with the drivers runs, with its databases. */
import { fileURLToPath } from "node:url";
import type { Server } from "socket.io";
import { startTables } from "../../local/tables/tables.js";
import type { Target } from "../contract/contract.js";
import { startStack } from "../contract/stack.js";
import { startServers } from "../support/servers.js";
import { SCHEMA } from "./apps/stores/postgres.js";

const APP = fileURLToPath(new URL("apps/app.ts", import.meta.url));
const CDK_APP = fileURLToPath(new URL("cdk-app.ts", import.meta.url));

/** On the whole local stack, whose CDK app hands the addresses on to the function. */
export function onStack(environments: number): Promise<Target> {
  return besideServers(() => startStack(environments, { app: APP, cdkApp: CDK_APP }));
}

/**
 * In this process. The app is loaded after the databases have started, because it connects while it loads.
 */
export function inProcess(serve: (io: Server) => Promise<Target>): Promise<Target> {
  return besideServers(async () => {
    const tables = await startTables(console.error);
    await tables.create([MESSAGES]);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      MESSAGES_TABLE: MESSAGES.TableName,
    });
    const { io, closeStores } = await import("./apps/app.js");
    return closing(await serve(io), async () => {
      closeStores();
      await tables.close();
    });
  });
}

async function besideServers(start: () => Promise<Target>): Promise<Target> {
  const servers = await startServers(SCHEMA);
  Object.assign(process.env, servers.variables);
  return closing(await start(), servers.close);
}

/** The target, which closes what it stands on, too. */
function closing(target: Target, closeMore: () => Promise<void>): Target {
  return {
    ...target,
    async close() {
      await target.close();
      await closeMore();
    },
  };
}

const MESSAGES = {
  TableName: "Messages",
  KeySchema: [
    { AttributeName: "chat", KeyType: "HASH" as const },
    { AttributeName: "id", KeyType: "RANGE" as const },
  ],
  AttributeDefinitions: ["chat", "id"].map((AttributeName) => ({
    AttributeName,
    AttributeType: "S" as const,
  })),
};
