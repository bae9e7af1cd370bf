const Message = require("./models/message");
const { EVENTS } = require("./events");

exports.attach = (io) => {
  io.on(EVENTS.CONNECTION, (socket) => {
    socket.on(EVENTS.JOIN, (room) => socket.join(room));
    socket.on(EVENTS.SEND, async ({ room, text }, ack) => {
      try {
        const message = await Message.create({ room, text, at: Date.now() });
        io.to(room).emit(EVENTS.NEW, message);
        if (typeof ack === "function") ack({ ok: true });
      } catch (error) {
        socket.emit("failed", error.message);
      }
    });
    socket.on(EVENTS.DISCONNECT, (reason) => console.log("left", reason));
  });
};
