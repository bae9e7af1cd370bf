import { createServer } from "node:http";
import Redis from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { Server, type Socket } from "socket.io";

class TokenPayload {
  sub = "";
}

const redis = new Redis(process.env.REDIS_URL ?? "");
const limiter = new RateLimiterRedis({ storeClient: redis, points: 5 });
const httpServer = createServer();
const io = new Server(httpServer);

async function payloadOf(token: string): Promise<TokenPayload> {
  return JSON.parse(atob(token.split(".")[1] ?? ""));
}

io.use(async (socket, next) => {
  await limiter.consume(socket.handshake.address);
  await redis.sadd("online", socket.id);
  socket.data.payload = await payloadOf(socket.handshake.auth.token);
  next();
});

io.on("connection", (socket: Socket) => {
  const on = (event: string, handle: (...args: unknown[]) => Promise<void>) =>
    socket.on(event, async (...args) => {
      try {
        await handle(...args);
      } catch (error) {
        socket.emit("failed", String(error));
      }
    });

  on("move", async (room, to) => {
    const raw = await redis.get(String(room));
    const board: unknown[] = raw ? JSON.parse(raw) : [];
    board.push(to);
    await redis.set(String(room), JSON.stringify(board));
    io.to(String(room)).emit("board", board);
  });
  on("forget", async () => {
    await redis.del(socket.id);
  });
});

httpServer.listen(3000);
