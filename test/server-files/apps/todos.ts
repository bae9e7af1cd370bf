import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import pg from "pg";
import { Server } from "socket.io";

interface Todo {
  id: string;
  title: string;
  isDone: boolean;
}

const pool = new pg.Pool();
const server = createServer();
const io = new Server(server, { cors: { origin: "*" } });

io.on("connection", (socket) => {
  socket.on("todo:create", async ({ title }: Todo, done) => {
    if (typeof title !== "string" || title === "") return done({ error: "a title is missing" });
    const todo = { id: randomUUID(), title, isDone: false };
    await pool.query("INSERT INTO todos (id, title, is_done) VALUES ($1, $2, false)", [todo.id, title]);
    socket.broadcast.emit("todo:created", todo);
    done({ data: todo });
  });
  socket.on("todo:update", async ({ id, title, isDone }: Todo, done) => {
    const { rowCount } = await pool.query("UPDATE todos SET title = $2, is_done = $3 WHERE id = $1", [id, title, isDone]);
    if (rowCount === 0) return done({ error: "not found" });
    socket.broadcast.emit("todo:updated", { id, title, isDone });
    done({});
  });
  socket.on("todo:delete", async (id: string, done) => {
    await pool.query("DELETE FROM todos WHERE id = $1", [id]);
    socket.broadcast.emit("todo:deleted", id);
    done({});
  });
  socket.on("todo:list", async (done) => {
    const { rows } = await pool.query('SELECT id, title, is_done AS "isDone" FROM todos ORDER BY title');
    done({ data: rows });
  });
});

server.listen(process.env.PORT || 3000, () => console.log("listening"));
