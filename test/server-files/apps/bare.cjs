const http = require("http");

const server = http.createServer(function (request, response) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  if (url.pathname === "/announce") {
    io.emit("announced", url.searchParams.get("text"));
    response.writeHead(202).end();
    return;
  }
  response.writeHead(200, { "Content-Type": "text/html", "Set-Cookie": "seen=yes" });
  response.end("<h1>bare</h1>");
});

const io = require("socket.io")(server, { cors: { origin: "*" } });

io.on("connection", (socket) => {
  socket.on("say", (text, done) => done("bare heard " + text));
});

server.listen(process.env.PORT || 3000, function () {
  console.log("listening");
});
