"use strict";
var express = require("express"),
  path = require("path"),
  logger = require("morgan"),
  fs = require("fs");
var app = express();
var http = require("http").Server(app);
var io = require("socket.io")(http);
var config = require("./config");
var routes = require("./routes/index");
config.port = process.env.PORT || config.port;
app.set("views", path.join(__dirname, "views"));
app.use(logger("dev", { stream: fs.createWriteStream("/tmp/a.log") }));
app.use(function (req, res, next) {
  res.io = io;
  req.startTime = Date.now();
  next();
});
app.use("/", routes);
app.use(function (req, res, next) {
  var err = new Error("Not Found");
  err.status = 404;
  next(err);
});
app.use(function (err, req, res, next) {
  res.locals.message = err.message;
  res.status(err.status || 500);
  res.render("error");
});
io.sockets.on("connection", function (socket) {
  var address = socket.handshake.address,
    self = this;
  socket.on("nick", function (nick, fn) {
    socket.nickname = nick;
    fn(true);
    io.sockets.emit("nicks", nick, address);
  });
  socket.on("msg", function (data) {
    var arr = data.split(" ");
    arr.shift();
    socket.broadcast.to(socket.room).emit("msg", { nick: socket.nickname, text: arr.join(" ") });
  });
  socket.on("room", function (room) {
    socket.leave(socket.room);
    socket.join(room);
    socket.room = room;
  });
});
process.on("SIGINT", function () {
  io.close();
  process.exit();
});
http.listen(config.port, "0.0.0.0", function () {
  console.log("listening");
});
module.exports = app;
