import { createServer } from "http";
import { Server } from "socket.io";
import OpenAI from "openai";
import { spawn } from "child_process";
import multer from "multer";
import express from "express";
import amqp from "amqplib";
import Redis from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { Queue } from "bullmq";
const app = express();
const openai = new OpenAI();
const redis = new Redis(process.env.REDIS_URL!);
const limiter = new RateLimiterRedis({ storeClient: redis, points: 5 });
const jobs = new Queue("jobs");
const upload = multer({ dest: "/tmp" });
const httpServer = createServer(app);
const io = new Server(httpServer, { maxHttpBufferSize: 1e5 });
const routes = ["a", "b"].map((r) => r.toUpperCase());
const byName: Record<string, (x: number) => number> = {};
for (const r of routes) byName[r] = (x) => x + 1;
const metrics = { startedAt: Date.now() };
app.post("/file", upload.single("f"), async (req, res) => {
  const parts: string[] = [];
  parts.push(req.file!.path);
  await redis.set("last", parts.join());
  res.json({ up: Date.now() - metrics.startedAt });
});
io.use(async (socket, next) => {
  try {
    await limiter.consume(socket.handshake.address);
    await redis.sadd("online", socket.handshake.auth.id);
    socket.data.roles = new Set(["user"]);
    next();
  } catch {
    next(new Error("slow down"));
  }
});
io.on("connection", (socket) => {
  const { id, name = "anon" } = socket.handshake.auth as any;
  const roomOf = (x: string) => `room:${x}`;
  const on = (event: string, handler: (...args: any[]) => any) =>
    socket.on(event, async (...args) => {
      try {
        await handler(...args);
      } catch (e) {
        socket.emit("error", String(e));
      }
    });
  on("ask", async (q: string) => {
    let text = "";
    const stream = await openai.chat.completions.create({
      stream: true,
      messages: [{ role: "user", content: q }],
      model: "x",
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      socket.emit("part", text);
    }
    await redis.hset("answers", id, text);
    await jobs.add("save", { text });
  });
  on("join", (room: string) => {
    socket.join(roomOf(room));
    socket.data.room = room;
    socket.data.joined ??= [];
    socket.data.joined.push(room);
    (socket as any).username = name;
  });
  on("board", async (room: string, move: number) => {
    const raw = await redis.get(room);
    const board: number[] = raw ? JSON.parse(raw) : [];
    board.push(move);
    const game = { board, turn: 0 };
    game.turn++;
    await redis.set(room, JSON.stringify(board));
    io.to(roomOf(room)).emit("board", game, byName.A?.(1));
  });
  socket.once("ready", () => socket.emit("go"));
  socket.on("disconnect", async () => {
    await redis.srem("online", id);
  });
});
httpServer.listen(3000);
