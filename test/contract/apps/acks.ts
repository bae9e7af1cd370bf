import { setTimeout as delay } from "node:timers/promises";
import type { Namespace } from "socket.io";

export function acks(namespace: Namespace): void {
  namespace.on("connection", (socket) => {
    const { nsp } = socket;

    socket.on("echo", (...args) => args.pop()(...args));

    socket.on("echo later", async (value, reply) => {
      await delay(20);
      reply(value);
    });

    socket.on("echo from a timer", (value, reply) => {
      setTimeout(() => reply(value), 20);
    });

    socket.on("reply twice", (reply) => {
      reply("first");
      reply("second");
      socket.emit("done");
    });

    socket.on("ask me", (value, reply) => {
      socket.emit("question", value, (...answer: unknown[]) => reply(...answer));
    });

    socket.on("ask me, await", async (value, reply) => {
      reply(await socket.emitWithAck("question", value));
    });

    socket.on("ask me twice at once", async (reply) => {
      reply(await Promise.all([socket.emitWithAck("question", 1), socket.emitWithAck("question", 2)]));
    });

    socket.on("ask me twice in turn", async (reply) => {
      const first = await socket.emitWithAck("question", 1);
      reply([first, await socket.emitWithAck("question", first)]);
    });

    socket.on("ask me in time", (timeoutMs, reply) => {
      socket.timeout(timeoutMs).emit("question", 1, (error: Error | null, answer: unknown) => {
        reply(error?.message ?? null, answer);
      });
    });

    socket.on("ask me in time, await", async (timeoutMs, reply) => {
      try {
        reply(null, await socket.timeout(timeoutMs).emitWithAck("question", 1));
      } catch (error) {
        reply((error as Error).message);
      }
    });

    socket.on("ask everyone", (timeoutMs, reply) => {
      nsp.timeout(timeoutMs).emit("question", 1, (error: Error | null, answers: unknown[]) => {
        reply(error?.message ?? null, answers);
      });
    });

    socket.on("ask the others", async (timeoutMs, reply) => {
      try {
        reply(null, await socket.broadcast.timeout(timeoutMs).emitWithAck("question", 1));
      } catch (error) {
        const { message, responses } = error as Error & { responses: unknown };
        reply(message, responses);
      }
    });

    socket.on("ask nobody", async (reply) => {
      reply(await nsp.to("an empty room").timeout(10_000).emitWithAck("question", 1));
    });
  });
}
