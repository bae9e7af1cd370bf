import Fastify from "fastify";
import { Server } from "socket.io";

const fastify = Fastify();
let io;

fastify.get("/", async (_request, reply) => {
  reply.header("set-cookie", "seen=yes; path=/").type("text/html");
  return "<h1>fastify</h1>";
});
fastify.get("/announce", async (request, reply) => {
  io.emit("announced", request.query.text);
  return reply.code(202).send();
});

fastify.ready().then(() => {
  io = new Server(fastify.server);
  io.on("connection", (socket) => {
    socket.on("say", (text, done) => done(`fastify heard ${text}`));
  });
});

fastify.listen({ port: Number(process.env.PORT || 3000), host: "127.0.0.1" }, (error) => {
  if (error) throw error;
  console.log("Listening");
});
