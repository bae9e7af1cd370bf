import Koa from "koa";
import Router from "@koa/router";
import { Server } from "socket.io";

const app = new Koa();
const router = new Router();
router.get("/rooms/:id", async (ctx) => {
  const inside = await news.in(ctx.params.id).fetchSockets();
  ctx.body = inside.map((one) => one.id);
});
app.use(router.routes());

const io = new Server(app.listen(3000));
const news = io.of("/news");
const admin = io.of("/admin");
const topics = new Map([
  ["sport", "Sport"],
  ["art", "Art"],
]);

admin.use((socket, next) => (socket.handshake.auth.key === process.env.KEY ? next() : next(new Error("no"))));
admin.on("connection", (socket) => {
  socket.on("publish", (topic, text) => news.to(topic).emit("news", { topic: topics.get(topic), text }));
});
news.on("connection", (socket) => {
  socket.on("follow", (topic) => {
    if (topics.has(topic)) socket.join(topic);
  });
  socket.on("unfollow", (topic) => socket.leave(topic));
});
