const db = require("./models");
const { createServer } = require("http");
const next = require("next");
const { Server } = require("socket.io");
const winston = require("winston");
const logger = winston.createLogger({ transports: [new winston.transports.Console()] });
const app = next({ dev: true });
const handler = app.getRequestHandler();
app.prepare().then(() => {
  const httpServer = createServer(handler);
  const io = new Server(httpServer);
  globalThis.io = io;
  io.on("connection", (socket) => {
    logger.info("hi");
    socket.sendError = (m) => socket.emit("err", m);
    socket.on("history", async (room, cb) => {
      const rows = await db.Message.findAll({ where: { room } });
      cb(
        rows.map((r) => {
          const o = r.toJSON();
          o.mine = true;
          return o;
        }),
      );
    });
    socket.on("say", async (m) => {
      const row = await db.Message.create(m);
      row.seen = true;
      await row.save();
      io.emit("said", row);
    });
  });
  httpServer
    .once("error", (err) => {
      console.error(err);
      process.exit(1);
    })
    .listen(3000, () => {});
});
process.on("uncaughtException", (e) => {
  logger.error(e);
  setTimeout(() => process.exit(1), 1000);
});
