import express, { Router } from "express";
import session from "express-session";
import { createServer } from "http";
import { Server } from "socket.io";

interface Todo {
  id: number;
  text: string;
  done: boolean;
}

const app = express();
const router = Router();
const http = createServer(app);
const io = new Server(http, { maxHttpBufferSize: 1e8 }); // ! limits
let todos: Todo[] = []; // ! module-state

app.use(express.json());
app.use(session({ secret: "s", resave: false, saveUninitialized: true })); // ! session-store
router.get("/", (_req, res) => {
  res.json(todos);
});
router.post("/", (req, res) => {
  const todo = { id: todos.length + 1, text: req.body.text, done: false };
  todos = [...todos, todo];
  io.emit("todo:new", todo);
  res.status(201).json(todo);
});
router.delete("/:id", removeTodo);
app.use("/todos", router);

function removeTodo(req: express.Request, res: express.Response) {
  todos = todos.filter(({ id }) => id !== Number(req.params.id));
  io.emit("todo:gone", req.params.id);
  res.sendStatus(204);
}

io.on("connection", (socket) => {
  socket.emit("todos", todos);
  socket.on("upload", (file: Buffer, name: string) => { // ! binary
    socket.broadcast.emit("uploaded", name, file.length);
  });
});
http.listen(3000);
