const cluster = require("cluster");
const http = require("http");
const { Server } = require("socket.io");

const start = async () => {
  const handlers = { greet: (socket, name) => socket.emit("greeted", name), bye: (socket) => socket.disconnect() };
  const server = http.createServer((req, res) => {
    let body = "";
    req.on("data", (chunk) => {
      body += chunk;
    });
    req.on("end", () => res.end(body.toUpperCase()));
  });
  const ws = new Server();
  ws.attach(server);
  ws.on("connection", (client) => {
    for (const [event, handle] of Object.entries(handlers)) client.on(event, (...args) => handle(client, ...args));
    client.onAny((event) => console.log(event));
  });
  server.listen(9000);
};

if (cluster.isPrimary && process.env.WORKERS) {
  for (let index = 0; index < Number(process.env.WORKERS); index++) cluster.fork();
} else {
  start().catch(console.error);
}
