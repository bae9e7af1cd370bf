import type { Namespace, Server, Socket } from "socket.io";

/** By a function, by a name with a listener, and by what `new_namespace` tells. */
export function dynamicNamespaces(io: Server): void {
  io.of((name, auth, next) => {
    if (name === "/by-function-error") return next(new Error("the function fails, as the test asks"), true);
    next(null, name.startsWith("/by-function-") && auth.pass === "yes");
  }).on("connection", introduce);

  io.of("/given-a-listener", introduce);
  io.of("/방 이름-😀").on("connection", introduce);

  // Two parents fit: the first one that was made has it.
  io.of(/^\/overlap-[\w-]+$/).on("connection", (socket) => introduce(socket, "first"));
  io.of(/^\/overlap-/).on("connection", (socket) => introduce(socket, "second"));

  io.on("new_namespace", (namespace: Namespace) => {
    if (!namespace.name.startsWith("/by-function-")) return;
    namespace.use((socket, next) => {
      socket.data.greeting = `new_namespace told of ${namespace.name}`;
      next();
    });
  });
}

function introduce(socket: Socket, parent?: unknown): void {
  socket.on("introduce", (reply) => {
    reply({ namespace: socket.nsp.name, greeting: socket.data.greeting, parent });
  });
}
