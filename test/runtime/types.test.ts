import { Server, type Socket } from "socket.io";
import { describe, expectTypeOf, it } from "vitest";
import { serveLocal } from "../../local/testing.js";
import { createHandlers } from "../../runtime/index.js";

interface ClientToServer {
  say: (text: string, ack: (time: number) => void) => void;
}
interface ServerToClient {
  said: (text: string) => void;
}
interface ServerToServer {
  ping: (count: number) => void;
}
interface Data {
  name: string;
}

type App = Server<ClientToServer, ServerToClient, ServerToServer, Data>;

describe("the four generics of Server", () => {
  const io: App = new Server();
  const handlers = createHandlers(io);

  it("flow through createHandlers", () => {
    expectTypeOf(handlers.io).toEqualTypeOf<App>();
    handlers.io.on("connection", (socket) => {
      expectTypeOf(socket).toEqualTypeOf<Socket<ClientToServer, ServerToClient, ServerToServer, Data>>();
      expectTypeOf(socket.data.name).toEqualTypeOf<string>();
      socket.on("say", (text, ack) => {
        expectTypeOf(text).toEqualTypeOf<string>();
        expectTypeOf(ack).toEqualTypeOf<(time: number) => void>();
      });
    });
  });

  it("still refuse what the app does not know", () => {
    expectTypeOf(handlers.io.emit<"said">)
      .parameter(1)
      .toEqualTypeOf<string>();
    // @ts-expect-error: "unknown" is no event of this app
    void (() => handlers.io.emit("unknown"));
    // @ts-expect-error: the text is a string
    void (() => handlers.io.emit("said", 7));
  });

  it("are taken by serveLocal", () => {
    expectTypeOf(serveLocal).toBeCallableWith(io);
  });
});
