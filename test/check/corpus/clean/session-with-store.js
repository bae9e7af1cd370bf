import express from "express";
import session from "express-session";
import connectDynamo from "connect-dynamodb";
import { createServer } from "http";
import { Server } from "socket.io";

const DynamoDBStore = connectDynamo(session);
const app = express();
const server = createServer(app);
const io = new Server(server);
const sessionMiddleware = session({
  secret: "change me",
  resave: true,
  saveUninitialized: true,
  store: new DynamoDBStore({ table: "sessions" }),
});

app.use(sessionMiddleware);
io.engine.use(sessionMiddleware);

app.post("/incr", (req, res) => {
  const { session } = req;
  session.count = (session.count || 0) + 1;
  res.status(200).end(`${session.count}`);
  io.to(session.id).emit("current count", session.count);
});

io.on("connection", (socket) => {
  const req = socket.request;
  socket.join(req.session.id);
  socket.on("count", (reply) => {
    req.session.reload((error) => {
      if (error) return socket.disconnect();
      req.session.count++;
      req.session.save();
      reply(req.session.count);
    });
  });
});

server.listen(3000);
