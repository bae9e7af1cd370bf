const { Server } = require("socket.io");

function createRoomStore() {
  const rooms = {}; // ! module-state
  let next = 1; // ! module-state
  return {
    create(name) {
      const id = next++;
      rooms[id] = { id, name, members: [] };
      return rooms[id];
    },
    join(id, member) {
      const room = rooms[id];
      if (room) room.members.push(member);
      return room;
    },
    list: () => Object.values(rooms),
  };
}

module.exports = (httpServer) => {
  const io = new Server(httpServer);
  const store = createRoomStore();
  const history = []; // ! module-state
  io.on("connection", (socket) => {
    socket.on("create", (name, reply) => reply(store.create(name)));
    socket.on("join", (id) => {
      store.join(id, socket.id);
      io.emit("rooms", store.list());
    });
    socket.on("say", (text) => {
      history.push(text);
      if (history.length > 100) history.shift();
      io.emit("history", history);
    });
  });
  return io;
};
