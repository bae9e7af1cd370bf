var http = require("http").createServer();
var io = require("socket.io")(http);

function Arena() {
  this.players = {}; // ! module-state
  var self = this;
  io.sockets.on("connection", function (socket) {
    self.welcome(socket);
  });
}

Arena.prototype.welcome = function (client) {
  var that = this;
  that.players[client.id] = { x: 0, y: 0 };
  client.on("move", function (dx) {
    that.players[client.id].x += dx;
    client.broadcast.emit("moved", that.players);
  });
  client.on("disconnect", function () {
    delete that.players[client.id];
  });
};

new Arena();
http.listen(3000);
