const cron = require("node-cron");
const http = require("http").createServer();
const io = require("socket.io")(http);
const { TICK, ROUND_MS } = require("./constants");

setInterval(() => io.emit("time", new Date().toISOString()), TICK); // ! timer
cron.schedule("0 9 * * *", () => io.emit("morning")); // ! timer

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function poll() {
  fetch("https://example.org/prices")
    .then((res) => res.json())
    .then((prices) => io.emit("prices", prices))
    .finally(() => setTimeout(poll, 15_000)); // ! timer
}
poll();

io.on("connection", (socket) => {
  const kick = setTimeout(() => socket.disconnect(), 10 * 1000); // ! timer
  socket.on("login", () => clearTimeout(kick));
  socket.on("ask", async (question, reply) => {
    await wait(300);
    reply(`why ${question}?`);
  });
  socket.on("start", (room) => {
    io.to(room).emit("go");
    setTimeout(() => { // ! timer
      io.to(room).emit("over");
    }, ROUND_MS);
  });
  socket.on("later", async (reply) => {
    await new Promise((resolve) => setTimeout(resolve, 30_000)); // ! timer
    reply("at last");
  });
  socket.on("typing", () => {
    setTimeout(() => socket.broadcast.emit("idle"), 20);
    setTimeout(() => socket.broadcast.emit("gone"), 2e3); // ! timer
    setTimeout(() => socket.broadcast.emit("asleep"), 500).unref(); // ! timer
  });
});
http.listen(3000);
