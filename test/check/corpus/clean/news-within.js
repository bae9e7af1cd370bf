const { EventEmitter } = require("node:events");
const express = require("express");
const app = express();
const io = require("socket.io")(app.listen(3000));
const bus = new EventEmitter();

// Filled while loading.
const subscribers = [];
const onOrder = (subscriber) => subscribers.push(subscriber);
onOrder((order) => io.to("kitchen").emit("order", order));
onOrder((order) => console.log("order", order.id));

bus.on("order", (order) => {
  for (const subscriber of subscribers) subscriber(order);
});
app.post("/orders", express.json(), (req, res) => {
  bus.emit("order", req.body);
  res.sendStatus(201);
});
io.on("connection", (socket) => {
  socket.on("open kitchen", () => socket.join("kitchen"));
  socket.on("order", (order) => bus.emit("order", order));
});
