import { Server, type Socket } from "socket.io";

interface Data {
  name: string;
  score: number;
  tags: Map<string, number>;
  since: Date;
}

const io = new Server<object, object, object, Data>(3000, { pingInterval: 5 * 60_000 });
const LEVELS = Object.freeze({ easy: 1, hard: 3 });

function award(socket: Socket, level: keyof typeof LEVELS): number {
  socket.data.score += LEVELS[level];
  socket.data.tags.set(level, (socket.data.tags.get(level) ?? 0) + 1);
  return socket.data.score;
}

io.on("connection", (socket) => {
  socket.data.score ??= 0;
  socket.data.tags ??= new Map();
  socket.data.since = new Date();
  socket.on("name", (name: string) => {
    socket.data.name = name;
  });
  socket.on("won", (level: "easy" | "hard", answer: (score: number) => void) => answer(award(socket, level)));
  socket.on("table", async (answer: (rows: unknown[]) => void) => {
    const everybody = await io.fetchSockets();
    const rows = everybody.map(({ data }) => ({ name: data.name, score: data.score }));
    rows.sort((a, b) => b.score - a.score);
    answer(rows.slice(0, 10));
  });
});
