/**
 * Programs whose callbacks run elsewhere than in the event that they belong to, as people write them: each is
 * what once failed (faults R2, R3, R8, R10 and U1), in a namespace of its own.
 */
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Server, type Socket } from "socket.io";

export const io = new Server();

/** Long enough for an answer on a busy machine. */
export const QUESTION_MS = 1_500;

queue();
connection();
slowGreeting();
lateGreeting();
subscription();
questions();

/** R2: an embedded database or a driver that does one job after another. */
function queue(): void {
  const jobs: (() => void)[] = [];
  let busy = false;
  function inTurn(job: () => void): void {
    jobs.push(job);
    if (busy) return;
    busy = true;
    const next = () => {
      const one = jobs.shift();
      if (!one) {
        busy = false;
        return;
      }
      setTimeout(() => {
        one();
        next();
      }, 5);
    };
    next();
  }
  io.on("connection", (socket) => {
    inTurn(() => socket.emit("history", []));
    socket.on("say", (text, ack) =>
      inTurn(() => {
        io.emit("said", text);
        ack("stored");
      }),
    );
  });
}

/** R3: "the connection", opened by the first that asks. */
function connection(): void {
  const waiting: (() => void)[] = [];
  let line: NodeJS.Timeout | undefined;
  function query(done: () => void): void {
    waiting.push(done);
    if (line) return;
    line = setInterval(() => {
      for (const one of waiting.splice(0)) one();
    }, 5);
  }
  io.of("/lobby").on("connection", (socket) => {
    socket.on("warm", (ack) => query(() => ack("ok")));
    socket.on("disconnect", () => io.of("/lobby").emit("left", socket.id));
  });
  io.of("/chat").on("connection", (socket) => {
    socket.on("join", (room, ack) =>
      query(() => {
        socket.join(room);
        ack();
      }),
    );
    socket.on("say", (room, text, ack) => {
      io.of("/chat").to(room).emit("said", text);
      ack();
    });
  });
}

/** R8: a handler that is still awaiting when its client's first event comes. */
function slowGreeting(): void {
  io.of("/slow").on("connection", async (socket: Socket & { user?: { name: string } }) => {
    await delay(250);
    socket.user = { name: "Kim" };
    socket.data.team = "red";
    await socket.join("red");
    socket.on("who", (ack) =>
      ack(socket.user?.name ?? null, socket.data.team ?? null, socket.rooms.has("red")),
    );
  });
}

/** `Message.find().then(…)`, which nobody awaits: the event that began it has no other work by then. */
function lateGreeting(): void {
  io.of("/late").on("connection", (socket) => {
    delay(30).then(() => socket.emit("history", []));
    socket.on("noop", (ack) => ack());
  });
}

/** R10: what is taken down by a `disconnect` handler. */
function subscription(): void {
  const bus = new EventEmitter();
  const readers = io.of("/readers");
  readers.on("connection", (socket) => {
    const tell = (news: string) => readers.to("readers").emit("news", news);
    bus.on("news", tell);
    socket.on("disconnect", () => bus.off("news", tell));
    socket.on("read", async (ack) => {
      await socket.join("readers");
      ack();
    });
    socket.on("noop", (ack) => ack());
    socket.on("publish", (news, ack) => {
      bus.emit("news", news);
      ack(bus.listenerCount("news"));
    });
  });
}

/** U1: a question while connecting, with a time for its answer, in the four ways to ask it. */
function questions(): void {
  const ways: Record<string, (socket: Socket, onAnswer: (error?: unknown) => void) => void> = {
    emit: (socket, onAnswer) => void socket.timeout(QUESTION_MS).emit("who?", onAnswer),
    emitWithAck: (socket, onAnswer) =>
      void socket
        .timeout(QUESTION_MS)
        .emitWithAck("who?")
        .then(() => onAnswer(), onAnswer),
    "to-emit": (socket, onAnswer) =>
      void socket.nsp.to(socket.id).timeout(QUESTION_MS).emit("who?", onAnswer),
    "to-emitWithAck": (socket, onAnswer) =>
      void socket.nsp
        .to(socket.id)
        .timeout(QUESTION_MS)
        .emitWithAck("who?")
        .then(() => onAnswer(), onAnswer),
  };
  for (const [way, ask] of Object.entries(ways)) {
    io.of(`/question-${way}`).on("connection", (socket) => {
      socket.on("look", (ack) => ack(socket.data.verified ?? null, socket.data.calls ?? 0));
      socket.on("work", async (ack) => {
        await delay(QUESTION_MS + 250);
        ack(socket.data.verified ?? null, socket.data.calls ?? 0);
      });
      ask(socket, (error) => {
        socket.data.verified = !error;
        socket.data.calls = (socket.data.calls ?? 0) + 1;
      });
    });
  }
}
