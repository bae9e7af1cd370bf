import type { Server as HttpServer } from "node:http";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { Server } from "socket.io";

const app = new Hono();
app.get("/", (context) => {
  setCookie(context, "seen", "yes");
  return context.html("<h1>hono</h1>");
});
app.get("/announce", (context) => {
  io.emit("announced", context.req.query("text"));
  return context.body(null, 202);
});

const port = Number(process.env.PORT ?? 3000);
const server = serve({ fetch: app.fetch, port }, () => console.log("Listening"));
const io = new Server(server as HttpServer);
io.on("connection", (socket) => {
  socket.on("say", (text: string, done: (answer: string) => void) => done(`hono heard ${text}`));
});
