import { spawn } from "node:child_process";
import mqtt from "mqtt";
import * as pty from "node-pty";
import { ReadlineParser, SerialPort } from "serialport";
import { Server } from "socket.io";

const io = new Server(3000);
const lines = new SerialPort({ path: "/dev/ttyUSB0", baudRate: 9600 }).pipe(new ReadlineParser());
lines.on("data", (line: string) => io.emit("line", line)); // ! kept-open

const broker = mqtt.connect("mqtt://localhost");
broker.on("connect", () => broker.subscribe("sensors/#")); // ! kept-open
broker.on("message", (topic, payload) => io.to(topic).emit("sensor", payload.toString()));

io.on("connection", (socket) => {
  const shell = pty.spawn("bash", [], {});
  shell.onData((text) => socket.emit("output", text)); // ! kept-open
  socket.on("input", (text: string) => shell.write(text));
  socket.on("list", () => {
    const list = spawn("ls");
    list.stdout.on("data", (text) => socket.emit("output", String(text))); // ! kept-open
  });
});
