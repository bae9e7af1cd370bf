/** What a real app cannot be deployed without, on the local stack, which runs the template of it. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, received } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const CDK_APP = fileURLToPath(new URL("apps/deployed-cdk.ts", import.meta.url));

describe.each(["concurrent", "ordered"] as const)("an app with all that it may need (%s)", (order) => {
  let local: Local;
  const recorder = new Recorder();
  const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

  beforeAll(async () => {
    local = await startLocal({ cdkApp: CDK_APP, order, log: recorder.log });
  });
  afterEach(() => clients.close());
  afterAll(() => local?.close());

  it("acks, though an alias stands between the API and its function", async () => {
    const socket = await clients.join();
    expect(await socket.emitWithAck("settings")).toEqual({
      color: "green",
      nodeOptions: "--enable-source-maps --trace-uncaught",
      alias: ":live",
    });
  });

  it("imports a package from beside its bundle", async () => {
    const socket = await clients.join();
    expect(await socket.emitWithAck("packages")).toEqual({ client: "function", isBesideTheBundle: true });
  });

  it("reaches the socket of another connection, for which it invokes itself by the alias", async () => {
    const [guest, socket] = [await clients.join("/guests"), await clients.join()];
    const disconnected = received(guest, "disconnect");
    socket.emit("disconnect-all");
    expect((await disconnected)[0]).toBe("io server disconnect");
  });

  it("is told of what does not run here, and of nothing else", () => {
    const warnings = recorder.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings).toEqual([expect.stringMatching(/its layers do not run locally/)]);
  });
});
