const { createServer } = require("http");
const { Server } = require("socket.io");

const httpServer = createServer();
const io = new Server(httpServer);
let waiting = null; // ! module-state

class Match {
  constructor(a, b) {
    this.players = [a, b];
    this.board = Array(9).fill(null);
  }
  play(index, sign) {
    this.board[index] = sign;
  }
}

io.on("connection", (socket) => {
  socket.data.joinedAt = new Date();
  socket.on("find", () => {
    if (!waiting) {
      waiting = socket;
      return;
    }
    socket.opponent = waiting; // ! unstorable
    waiting.opponent = socket; // ! unstorable
    const match = new Match(socket.id, waiting.id);
    socket.data.match = match; // ! unstorable
    socket.data.onEnd = () => socket.emit("end"); // ! unstorable
    waiting = null;
    socket.on("move", (index) => { // ! late-listener
      match.play(index, "x");
      socket.emit("board", match.board);
    });
  });
});
httpServer.listen(3000);
