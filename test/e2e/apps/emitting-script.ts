/** A script beside the stack: `node script.js` with the variables that the local stack prints. */
import { Emitter } from "../../../runtime/emitter/index.js";

const emitter = new Emitter();
const [room = "", ...rooms] = process.argv.slice(2);
void emitter.to(rooms).emit("notice", "from a script");
await emitter.in(room).socketsJoin("other");
await emitter.to("other").emit("notice", "to another room");
const sockets = await emitter.fetchSockets();
console.log(sockets.length);
