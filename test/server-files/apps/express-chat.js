import { createHash } from "node:crypto";
import http from "node:http";
import path from "node:path";
import express from "express";
import { Server } from "socket.io";

const app = express();
app.use(express.json());
app.use(express.urlencoded({ extended: false }));
app.use("/static", express.static(path.join(process.cwd(), "test/server-files/apps/public")));

const server = http.createServer(app);
const io = new Server(server, { cors: { origin: "*" } });

app.get("/", (_request, response) => response.type("html").send("<h1>the page</h1>"));
app.get("/old", (_request, response) => response.redirect(302, "/?from=old"));
app.get("/cookies", (request, response) => {
  response.cookie("a", "1", { httpOnly: true });
  response.cookie("b", "2");
  response.json({ cookie: request.headers.cookie ?? null });
});
app.get("/who", (request, response) => {
  response.json({ host: request.headers.host, ip: request.ip, query: request.query, path: request.path });
});
app.get("/picture", (_request, response) => {
  response.type("png").send(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
});
app.get("/stream", (_request, response) => {
  response.type("text/plain");
  for (const part of ["one ", "two ", "three"]) response.write(part);
  response.end();
});
app.get("/empty", (_request, response) => response.status(204).end());
app.get("/broken", () => {
  throw new Error("broken on purpose");
});
app.post("/form", (request, response) => response.json(request.body));
app.post("/upload", express.raw({ type: "*/*", limit: "5mb" }), (request, response) => {
  response.json({
    bytes: request.body.length,
    hash: createHash("sha256").update(request.body).digest("hex"),
  });
});
app.post("/announce", (request, response) => {
  io.emit("announced", request.body.text);
  response.sendStatus(202);
});
app.get("/people", async (_request, response) => {
  const sockets = await io.fetchSockets();
  response.json(sockets.map((socket) => socket.data.name).sort());
});

io.on("connection", (socket) => {
  socket.on("name", (name, done) => {
    socket.data.name = name;
    done();
  });
  socket.on("typing", () => socket.broadcast.emit("typing", socket.data.name));
  socket.on("say", (text) => io.emit("said", { from: socket.data.name, text }));
});

const port = process.env.PORT || 3000;
server.listen(port, () => console.log(`Listening on ${port}`));
