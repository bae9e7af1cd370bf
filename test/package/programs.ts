/** What users write, in each way of writing it. */

export const APP = `
import { Server } from "socket.io";
export const io = new Server();
io.on("connection", (socket) => {
  socket.on("join", async (room, ack) => { await socket.join(room); ack(); });
  socket.on("say", (room, text) => { io.to(room).emit("said", text); });
});
`;

/** Its bundle has the package twice: as the app imports it, and as the function's entry does. */
export const APP_WITH_TASK = `import { every } from "socket.io-lambda";
${APP}
every("1 minute", "ticks", () => io.emit("ticked"));
`;

/** Loads every entry point with `import` and with `require`, and says whether both are the same module. */
export const LOAD_ALL = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
for (const name of ["socket.io-lambda", "socket.io-lambda/cdk", "socket.io-lambda/emitter", "socket.io-lambda/testing"]) {
  const imported = await import(name);
  console.log(name, Object.keys(imported).every((key) => require(name)[key] === imported[key]));
}
`;

export const TWO_CLIENTS = `
import { io as connect } from "socket.io-client";
import { serveLocal } from "socket.io-lambda/testing";
import { expect, it } from "vitest";
import { io } from "./app.js";

it("says to the other client", async () => {
  const server = await serveLocal(io);
  const clients = [1, 2].map(() => connect(server.url, { forceNew: true }));
  for (const client of clients) await client.emitWithAck("join", "tea");
  const said = new Promise((resolve) => clients[1].on("said", resolve));
  clients[0].emit("say", "tea", "hello");
  expect(await said).toBe("hello");
  for (const client of clients) client.disconnect();
  await server.close();
});
`;

export const CDK_APP = `
import { App, Stack } from "aws-cdk-lib";
import { addConnectionOutputs, SocketIoApi } from "socket.io-lambda/cdk";
const stack = new Stack(new App(), "Chat");
addConnectionOutputs(stack, new SocketIoApi(stack, "Api", { app: "app.ts", frontDoor: true }));
`;

/** In the style of \`cdk init\`: CommonJS by way of jest. */
export const JEST_TEST = `
import * as cdk from "aws-cdk-lib/core";
import { Template } from "aws-cdk-lib/assertions";
import { AppError } from "socket.io-lambda";
import { InvalidPropError, SocketIoApi } from "socket.io-lambda/cdk";
import { serveLocal } from "socket.io-lambda/testing";
import { io } from "../app";

// Jest compiles each module that it loads, which takes long on a busy machine.
jest.setTimeout(60_000);

test("the construct bundles, and its errors are of its classes", () => {
  const stack = new cdk.Stack(new cdk.App(), "Chat");
  new SocketIoApi(stack, "Api", { app: "app.ts", frontDoor: true });
  Template.fromStack(stack).resourceCountIs("AWS::CloudFront::Function", 1);
  expect(() => new SocketIoApi(stack, "Bad", { app: "none.ts" })).toThrow(InvalidPropError);
});

test("the kit throws the AppError of the main entry point", async () => {
  const server = await serveLocal(io);
  await expect(serveLocal(io)).rejects.toBeInstanceOf(AppError);
  await server.close();
});
`;

export const TYPED_USE = `
import type { App } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import { Server } from "socket.io";
import { createHandlers, type Handlers } from "socket.io-lambda";
import { type FrontDoor, type FrontDoorProps, SocketIoApi, type SocketIoApiProps } from "socket.io-lambda/cdk";
import { type LocalServer, serveLocal } from "socket.io-lambda/testing";

const frontDoor: FrontDoorProps = { page: "page", pollConcurrency: 10 };
const props: SocketIoApiProps = { app: "app.ts", order: "ordered", frontDoor };
export const urlOf = ({ url, distribution }: FrontDoor): string => url + distribution.distributionId;
export const addressOf = (made: SocketIoApi): string | undefined => made.frontDoor?.url;
export const api = (app: App): SocketIoApi => new SocketIoApi(new Stack(app, "Chat"), "Api", props);
export const handlers: Handlers = createHandlers(new Server<{ say: (text: string) => void }>());
export const serve = (): Promise<LocalServer> => serveLocal(new Server(), { cold: false });
// @ts-expect-error the types are there, and not \`any\`
export const wrong: SocketIoApiProps = { app: 1 };
`;
