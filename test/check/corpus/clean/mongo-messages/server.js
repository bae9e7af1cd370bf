require("dotenv").config();
const express = require("express");
const mongoose = require("mongoose");
const cors = require("cors");
const socketio = require("socket.io");
const messagesRouter = require("./routes/messages");
const { attach } = require("./socket");

const app = express();
app.use(cors());
app.use(express.json());
app.use("/api/messages", messagesRouter);

mongoose
  .connect(process.env.MONGO_URL)
  .then(() => console.log("database is there"))
  .catch((error) => console.error(error));
mongoose.connection.on("disconnected", () => console.log("database is gone"));

const server = app.listen(process.env.PORT || 5000, () => {
  console.log("up");
});
const io = socketio(server, { cors: { origin: process.env.CLIENT } });
app.set("io", io);
attach(io);
