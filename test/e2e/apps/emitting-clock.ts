/** What a `setInterval` of a server was: invoked by a schedule, it emits to the app's clients. */
import { Emitter } from "../../../runtime/emitter/index.js";

interface Events {
  tick: (rooms: readonly string[], bytes: Buffer) => void;
  over: () => void;
}

const emitter = new Emitter<Events, { readonly room?: string }>();

export async function handler(): Promise<void> {
  const sockets = await emitter.in("clock").fetchSockets();
  const rooms = sockets.map(({ data }) => data.room ?? "");
  void emitter.to("clock").emit("tick", rooms, Buffer.from([1, 2]));
  await emitter.emit("over");
}
