const { Pool } = require("pg");
const { Server } = require("socket.io");

const pool = new Pool();
const io = new Server(4000);
const settingsCache = new Map();
let client;

/** One connection, made when it is first needed. */
async function database() {
  if (!client) client = await pool.connect();
  return client;
}

async function settingsOf(room) {
  if (settingsCache.has(room)) return settingsCache.get(room);
  const { rows } = await (await database()).query("SELECT * FROM settings WHERE room = $1", [room]);
  settingsCache.set(room, rows[0]);
  return rows[0];
}

io.on("connection", (socket) => {
  socket.on("settings", async (room, reply) => reply(await settingsOf(room)));
  socket.on("say", async (room, text) => {
    const db = await database();
    await db.query("INSERT INTO messages(room, text) VALUES ($1, $2)", [room, text]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    io.in(room).emit("said", text);
  });
});
process.on("SIGTERM", () => {
  setTimeout(() => process.exit(1), 10_000);
  io.close(() => pool.end());
});
