const express = require("express");
const { Server } = require("socket.io");

const app = express();
const io = new Server(app.listen(8000));

class Player {
  constructor(id) {
    this.id = id;
    this.x = 0; // ! module-state
    this.y = 0;
  }
  move(dx, dy) {
    this.x += dx;
    this.y += dy;
  }
}

class Game {
  constructor(io) {
    this.io = io;
    this.players = new Map(); // ! module-state
    this.running = false; // ! module-state
    io.on("connection", (socket) => {
      socket.on("join", () => this.add(socket));
      socket.on("move", ({ dx, dy }) => this.players.get(socket.id)?.move(dx, dy));
      socket.on("disconnect", () => this.players.delete(socket.id));
    });
  }
  add(socket) {
    this.players.set(socket.id, new Player(socket.id));
    if (!this.running) {
      this.running = true;
      this.loop();
    }
  }
  loop() {
    setInterval(() => { // ! timer
      this.io.emit("state", [...this.players.values()]);
    }, 1000 / 30);
  }
}

new Game(io);
