import { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { AppError } from "../../runtime/errors.js";
import { findServer } from "../../runtime/socket-io/find-server.js";

describe("findServer", () => {
  const io = new Server();
  it.each<[string, object]>([
    ["exports it as io", { io }],
    ["exports it by default", { default: io }],
    ["exports an object with it by default, as CommonJS does", { default: { io } }],
    ["exports something else as io", { io: "x", default: io }],
    ["exports it as io and another by default", { io, default: new Server() }],
  ])("finds the server of a module that %s", (_how, module) => {
    expect(findServer(module)).toBe(io);
  });

  it("takes a server of another copy of socket.io, by its shape", () => {
    const foreign = { bind() {}, of() {}, adapter() {} };
    expect(findServer({ io: foreign })).toBe(foreign);
  });

  it.each<[string, object]>([
    ["nothing", {}],
    ["null", { io: null, default: null }],
    ["a function", { default: () => io }],
    ["the class", { io: Server }],
    ["a namespace", { io: io.of("/x") }],
    ["an http server", { io: { listen() {}, on() {} } }],
    ["it by another name", { server: io }],
  ])("says what to do about a module that exports %s", (_what, module) => {
    expect(() => findServer(module)).toThrow(AppError);
    expect(() => findServer(module)).toThrow(/export const io = new Server\(\)/);
  });
});
