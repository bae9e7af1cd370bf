var express = require("express");
var app = express();
var server = require("http").Server(app);
var io = require("socket.io").listen(server); // ! version-2

server.lastPlayerID = 0;
app.locals.visits = 0;

app.get("/", function (req, res) {
  app.locals.visits++; // ! module-state
  res.send("visit " + app.locals.visits);
});

io.on("connection", function (socket) {
  socket.on("newplayer", function () {
    socket.player = { id: server.lastPlayerID++, x: 100, y: 100 }; // ! module-state
    socket.emit("allplayers", getAllPlayers());
    winner = socket.player.id; // ! module-state
  });
  socket.on("who won", function (reply) {
    reply(winner);
  });
});

function getAllPlayers() {
  var players = [];
  Object.keys(io.sockets.connected).forEach(function (id) { // ! adapter-maps
    var player = io.sockets.connected[id].player; // ! adapter-maps
    if (player) players.push(player);
  });
  return players;
}

server.listen(8081);
