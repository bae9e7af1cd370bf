const { Server } = require("socket.io");
const io = new Server(3000);

// socket.io-lambda-ignore module-state: an estimate for this environment's log
let served = 0;
let failed = 0; // socket.io-lambda-ignore module-state: the same
let other = 0; /* socket.io-lambda-ignore module-state */ // ! ignore
let last = 0; // ! module-state

io.on("connection", (socket) => {
  socket.on("work", () => {
    served++;
    failed++;
    other++;
    last = Date.now();
    console.log(served, failed, other, last);
  });
});
