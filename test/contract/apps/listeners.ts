import { setTimeout as delay } from "node:timers/promises";
import type { Namespace } from "socket.io";

type Reply = (value?: unknown) => void;

/** All listeners of an event get the same array, so each writes down its name there. */
const writes = (name: string) => {
  return (trail: string[]) => {
    trail.push(name);
  };
};

/** Catch-all listeners hear every event; they write where there is a trail. */
const writesAny = (name: string) => {
  return (_event: string, trail: unknown) => {
    if (Array.isArray(trail)) trail.push(name);
  };
};

export function listeners(namespace: Namespace): void {
  namespace.on("connection", (socket) => {
    const listener = writes("on");
    const onceListener = writes("once");
    const anyListener = writesAny("any");

    socket.on("greet", listener);
    socket.once("greet", onceListener);
    socket.prependListener("greet", writes("prepended"));
    socket.prependOnceListener("greet", writes("prepended once"));
    socket.on("greet", (trail: string[], reply: Reply) => reply(trail));
    socket.onAny(anyListener);
    socket.prependAny(writesAny("prepended any"));

    // The same function may be registered twice.
    const twice = writes("twice");
    socket.on("double", twice);
    socket.on("double", twice);
    socket.on("double", (trail: string[], reply: Reply) => reply(trail));
    socket.on("forget one double", (reply: Reply) => {
      socket.off("double", twice);
      reply();
    });

    socket.on("chat", () => {});
    socket.once("chat", () => {});
    socket.on("forget", (reply: Reply) => {
      socket.off("greet", listener);
      reply();
    });
    socket.on("forget once", (reply: Reply) => {
      socket.removeListener("greet", onceListener);
      reply();
    });
    socket.on("forget chat", (reply: Reply) => {
      socket.removeAllListeners("chat");
      reply();
    });
    socket.on("forget any", (reply: Reply) => {
      socket.offAny(anyListener);
      reply();
    });
    socket.on("forget all any", (reply: Reply) => {
      socket.offAny();
      reply();
    });
    socket.on("count", (event: string, reply: Reply) => reply(socket.listenerCount(event)));
    socket.on("count any", (reply: Reply) => reply(socket.listenersAny().length));
    socket.on("know", (reply: Reply) => {
      reply([socket.listeners("greet").includes(listener), socket.listenersAny().includes(anyListener)]);
    });
    socket.on("names", (reply: Reply) => reply(socket.eventNames()));

    socket.once("only reply", (reply: Reply) => reply("once"));
    socket.on("leave for good", (reply: Reply) => {
      socket.removeAllListeners();
      reply();
    });

    socket.on("slow", async () => {
      await delay(20);
      socket.emit("slow done");
    });
    socket.on("throw", () => {
      throw new Error("thrown by a listener, as the test asks");
    });
    socket.on("reject", async () => {
      throw new Error("rejected by a listener, as the test asks");
    });
  });

  namespace.on("connection", (socket) => {
    socket.data.outgoing = [];
    const listener = (event: string) => socket.data.outgoing.push(event);
    socket.onAnyOutgoing(listener);
    socket.prependAnyOutgoing((event: string) => socket.data.outgoing.push(`first ${event}`));
    socket.emit("hello");

    socket.on("talk", (reply: Reply) => {
      socket.emit("direct");
      socket.nsp.to(socket.id).emit("to my room");
      reply();
    });
    socket.on("outgoing", (reply: Reply) => reply(socket.data.outgoing));
    socket.on("forget outgoing", (reply: Reply) => {
      socket.offAnyOutgoing(listener);
      reply(socket.listenersAnyOutgoing().length);
    });
  });
}
