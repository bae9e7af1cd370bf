import { EventEmitter } from "node:events";
import express from "express";
import mongoose from "mongoose";
import { createClient } from "redis";
import { Server } from "socket.io";
import { Order } from "./order";

const app = express();
const server = app.listen(4000);
const io = new Server(server);
export const bus = new EventEmitter();

async function start() {
  await mongoose.connect(process.env.MONGO ?? "");
  const changes = Order.watch([], { fullDocument: "updateLookup" }); // ! kept-open
  changes.on("change", (change) => {
    io.to("orders").emit("order", change);
  });
  const sub = createClient();
  await sub.connect();
  await sub.subscribe("stock", (message) => io.emit("stock", JSON.parse(message))); // ! kept-open
}

io.on("connection", (socket) => {
  bus.on("price", (price) => socket.emit("price", price)); // ! kept-open
  socket.on("orders", () => socket.join("orders"));
});
void start();
