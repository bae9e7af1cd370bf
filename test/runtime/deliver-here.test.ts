/** A chunk of a broadcast that the app function posts, for its members take leases. */
import { Server } from "socket.io";
import { expect, it, vi } from "vitest";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import { createHandlers } from "../../runtime/handlers.js";
import type { Member } from "../../runtime/store/store.js";
import { testBackends } from "../support/backend.js";
import { addressOf } from "../support/recording-delivery.js";

const newBackend = testBackends();

const memberOf = (id: string): Member => ({ ...addressOf(id), sid: `s-${id}`, leased: true });
const chunkOf = (...ids: string[]) => ({
  namespace: "/",
  rooms: ["r"],
  volatile: false,
  frames: { "engine.io": ["451-[]", "bAAAA"], plain: [] },
  members: ids.map(memberOf),
  attempt: 1,
});

it("posts to each, has those reaped that are gone, and hands on to itself those it has not reached", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { backend, delivery, selfEvents } = newBackend();
  delivery.before = ({ connectionId }) => {
    if (connectionId === "gone") throw new GoneError("gone");
    if (connectionId === "refused") throw new AwsCallError(429, "Posting");
  };
  const { handler } = createHandlers(new Server(), { backend: () => backend });
  await handler(
    { selfEvent: "deliver", chunk: chunkOf("there", "gone", "refused") },
    { getRemainingTimeInMillis: () => 25_000 },
  );
  expect(delivery.to("there")).toEqual(["451-[]", "bAAAA"]);
  expect(selfEvents).toMatchObject([
    { selfEvent: "gone", connectionId: "gone" },
    { selfEvent: "deliver", chunk: { members: [memberOf("refused")] } },
  ]);
});
