/** The adapter that a server had before it got ours. */
import { Server } from "socket.io";
import { afterEach, expect, it, vi } from "vitest";
import { createHandlers } from "../../runtime/handlers.js";
import { testBackends } from "../support/backend.js";

const newBackend = testBackends();
afterEach(() => {
  vi.useRealTimers();
});

it("has a timer with recovery on, which finds nothing to do", () => {
  vi.useFakeTimers();
  const io = new Server({ connectionStateRecovery: {} });
  createHandlers(io, { backend: () => newBackend().backend });
  expect(() => vi.advanceTimersByTime(60_000)).not.toThrow();
});
