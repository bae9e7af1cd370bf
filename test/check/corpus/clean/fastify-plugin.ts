import Fastify from "fastify";
import fp from "fastify-plugin";
import { Server } from "socket.io";

const ioPlugin = fp(async (fastify) => {
  const io = new Server(fastify.server);
  fastify.decorate("io", io);
  fastify.addHook("onClose", async () => {
    io.close();
  });
});

const app = Fastify({ logger: true });
await app.register(ioPlugin);
app.get("/", async () => ({ hello: "world" }));
app.ready((error) => {
  if (error) throw error;
  app.io.on("connection", (socket) => {
    app.log.info("client %s", socket.id);
    socket.on("sum", (numbers: number[], answer: (sum: number) => void) => {
      let sum = 0;
      numbers.forEach((number) => {
        sum += number;
      });
      answer(sum);
    });
  });
});
await app.listen({ port: 3000 });
