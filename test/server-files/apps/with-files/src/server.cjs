const path = require("node:path");
const fs = require("node:fs");
const express = require("express");

const app = express();
const server = require("node:http").createServer(app);
const io = require("socket.io")(server);
const rooms = JSON.parse(fs.readFileSync(`${__dirname}/rooms.json`, "utf8"));

app.use(express.static(path.join(__dirname, "..", "public")));
app.get("/about", (_request, response) => response.sendFile(path.join(__dirname, "../about.html")));
io.on("connection", (socket) => socket.emit("rooms", rooms));

server.listen(process.env.PORT || 3000, () => console.log("Listening"));
