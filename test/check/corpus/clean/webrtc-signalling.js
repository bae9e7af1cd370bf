const httpServer = require("http").createServer();
const io = require("socket.io")(httpServer, { cors: { origin: "*", methods: ["GET", "POST"] } });
const { v4: uuid } = require("uuid");

io.on("connection", (socket) => {
  socket.emit("me", socket.id);

  socket.on("callUser", ({ userToCall, signalData, from, name }) => {
    io.to(userToCall).emit("callUser", { signal: signalData, from, name });
  });
  socket.on("answerCall", (data) => {
    io.to(data.to).emit("callAccepted", data.signal);
  });
  socket.on("new-room", (reply) => {
    const id = uuid();
    socket.join(id);
    socket.room = id;
    reply(id);
  });
  socket.on("disconnect", () => {
    if (socket.room) socket.to(socket.room).emit("callEnded");
  });
});

httpServer.listen(5000);
