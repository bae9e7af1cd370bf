import Koa from "koa";
import { Server } from "socket.io";

const app = new Koa();
app.use(async (context) => {
  if (context.path === "/announce") {
    io.emit("announced", context.query.text);
    context.status = 202;
  } else {
    context.cookies.set("seen", "yes");
    context.body = "<h1>koa</h1>";
  }
});

const server = app.listen(process.env.PORT || 3000, () => console.log("Listening"));
const io = new Server(server);
io.on("connection", (socket) => {
  socket.on("say", (text, done) => done(`koa heard ${text}`));
});
