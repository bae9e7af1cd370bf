const http = require("http");
const socketIo = require("socket.io");
const { addUser, getUsersInRoom } = require("./users");
const store = require("./store");
const state = require("./state");

const server = http.createServer((req, res) => {
  state.requests++;
  res.end(String(state.requests));
});
const io = socketIo(server);

io.on("connect", (socket) => {
  socket.on("join", ({ name, room }, callback) => {
    const { error, user } = addUser({ id: socket.id, name, room });
    if (error) return callback(error);
    socket.join(user.room);
    store.rooms[room] = { topic: "" };
    io.to(user.room).emit("roomData", { users: getUsersInRoom(user.room) });
  });
  socket.on("topic", (room, topic) => {
    const current = store.rooms[room];
    current.topic = topic;
  });
});
server.listen(3000);
