/** An app that goes wrong in every way, and lets in not everybody. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Server } from "socket.io";

export const io = new Server({
  cors: { origin: ["https://allowed.example", /\.allowed\.example$/] },
  allowRequest(request, decide) {
    if (request.url?.includes("who=crash")) throw new EvalError("thrown by allowRequest");
    decide(null, !request.url?.includes("who=stranger"));
  },
});

io.on("connection", (socket) => {
  socket.on("tell all", (text, ack) => {
    io.emit("told", text);
    ack("done");
  });
  socket.on("throws", (text) => {
    io.emit("told", text);
    throw new TypeError("thrown by a handler");
  });
  socket.on("rejects", async (text) => {
    io.emit("told", text);
    await nextTurn();
    throw new RangeError("rejected by a handler");
  });
  socket.on("rejects unseen", (text, ack) => {
    void nextTurn().then(() => {
      throw new RangeError("nobody awaits this");
    });
    setTimeout(() => ack(text), 20);
  });
  socket.on("throws in a timer", (text, ack) => {
    setTimeout(() => {
      throw new TypeError("thrown in a timer");
    }, 1);
    setTimeout(() => ack(text), 20);
  });
  socket.on("throws no error", () => {
    throw "a bare string";
  });
});

const watched = io.of("/watched");
watched.on("connection", (socket) => {
  socket.on("disconnect", () => {
    watched.emit("left", socket.id);
    throw new ReferenceError("thrown on disconnect");
  });
});

// The listener stands before the handler throws, so the socket is of use.
io.of("/throws-at-connection").on("connection", (socket) => {
  socket.on("echo", (text, ack) => ack(text));
  throw new SyntaxError("thrown at connection");
});

io.of("/throws-in-middleware").use(() => {
  throw new URIError("thrown by a middleware");
});

io.of("/packet-middleware").on("connection", (socket) => {
  socket.use(([event], next) => next(event === "bad" ? new Error("no bad events") : undefined));
  socket.on("echo", (text, ack) => ack(text));
  socket.on("error", (error) => socket.emit("refused", error.message));
});
