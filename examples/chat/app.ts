/**
 * The example: a chat with rooms. It is an ordinary Socket.IO 4 server app that calls no `listen`;
 * `events.ts` lists its events.
 *
 * On Lambda each event may run in another process, and the `connection` handler runs again (muted) before it.
 * So: register listeners first and without awaiting, keep what a socket must remember in `socket.data`, ask
 * `fetchSockets()` who is where and `roomList` which rooms there are, and keep nothing in variables of this
 * module. It is good Socket.IO anywhere.
 */
import { type ExtendedError, type Namespace, Server, type Socket } from "socket.io";
import { roomList } from "socket.io-lambda";
import { checkArguments, problemWithArgument } from "./check-arguments.js";
import type { ClientEvents, Message, Person, RoomSummary, ServerEvents, SocketData } from "./events.js";

type ChatSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, SocketData>;
type ChatNamespace = Namespace<ClientEvents, ServerEvents, Record<string, never>, SocketData>;

export const io = new Server<ClientEvents, ServerEvents, Record<string, never>, SocketData>({
  cors: { origin: process.env.CORS_ORIGIN ?? "*" },
});

// Two places with the same chat: `/` is open, `/members` wants a token.
for (const nsp of [io.of("/"), io.of("/members").use(requireToken)]) {
  roomList(nsp); // from here on its rooms are counted
  nsp.on("connection", chat);
}

function chat(socket: ChatSocket): void {
  const { nsp, data } = socket;
  data.name ??= chosenName(socket) ?? `Guest ${socket.id.slice(0, 4)}`;

  socket.use(checkArguments(socket));

  socket.on("set-name", (name, ack) => {
    const formerName = data.name;
    data.name = name;
    nsp.emit("renamed", person(socket), formerName);
    ack({ name });
  });

  socket.on("list-rooms", async (ack) => {
    ack({ rooms: await roomsOf(nsp), joined: joinedRooms(socket) });
  });

  socket.on("create-room", async (room, ack) => {
    const people = await roomList(nsp).size(room);
    if (people > 0 || (await isSomebodysOwn(nsp, room)))
      return ack({ error: `The room "${room}" exists already. You can join it.` });
    await socket.join(room);
    nsp.emit("room-created", room, person(socket));
    ack({ joined: joinedRooms(socket) });
  });

  socket.on("join-room", async (room, ack) => {
    if (await isSomebodysOwn(nsp, room)) return ack({ error: `"${room}" is not a room to join.` });
    await socket.join(room);
    nsp.to(room).emit("room-joined", room, person(socket));
    ack({ joined: joinedRooms(socket) });
  });

  socket.on("leave-room", async (room, ack) => {
    if (!joinedRooms(socket).includes(room)) return ack(notAMember(room));
    await socket.leave(room);
    nsp.to(room).emit("room-left", room, person(socket));
    ack({ joined: joinedRooms(socket) });
  });

  socket.on("delete-room", (room, ack) => {
    if (!joinedRooms(socket).includes(room)) return ack(notAMember(room));
    nsp.in(room).socketsLeave(room);
    nsp.emit("room-deleted", room, person(socket)); // a list of rooms no longer has it
    ack({ joined: joinedRooms(socket).filter((joined) => joined !== room) });
  });

  socket.on("say", (room, text, ack) => {
    if (!joinedRooms(socket).includes(room)) return ack(notAMember(room));
    const message = compose(socket, room, text, "all");
    nsp.to(room).emit("said", message);
    ack({ time: message.time });
  });

  socket.on("say-others", (room, text, ack) => {
    if (!joinedRooms(socket).includes(room)) return ack(notAMember(room));
    const message = compose(socket, room, text, "others");
    socket.to(room).emit("said", message);
    ack({ time: message.time });
  });

  socket.on("disconnect", (reason) => {
    nsp.emit("departed", person(socket), reason);
  });

  socket.emit("sayHello", `Hello ${data.name}, your id is ${socket.id}.`);
  nsp.emit("newcomer", person(socket));
  socket.broadcast.emit("arrived", person(socket));
}

/** Lets in a client that knows the token. */
function requireToken(socket: ChatSocket, next: (error?: ExtendedError) => void): void {
  const { token } = socket.handshake.auth;
  const refusal: ExtendedError = new Error(`Members only: auth.token is ${token ? "wrong" : "missing"}.`);
  refusal.data = { code: token ? "TOKEN_WRONG" : "TOKEN_MISSING" };
  next(token !== undefined && token === membersToken() ? undefined : refusal);
}

/**
 * `MEMBERS_TOKEN`. Without it, "let-me-in" on your machine, and on AWS nothing: a token
 * that everybody can read guards nobody.
 */
function membersToken(): string | undefined {
  const { MEMBERS_TOKEN, AWS_LAMBDA_FUNCTION_NAME, SOCKET_IO_LOCAL } = process.env;
  const isDeployed = AWS_LAMBDA_FUNCTION_NAME !== undefined && SOCKET_IO_LOCAL === undefined;
  return MEMBERS_TOKEN || (isDeployed ? undefined : "let-me-in");
}

/** The name that the client brought along, unless it is unfit. */
function chosenName({ handshake }: ChatSocket): string | undefined {
  const { name } = handshake.auth;
  return problemWithArgument("name", name) === undefined ? name : undefined;
}

/** Every room of the namespace with the number of its people, by name. */
async function roomsOf(nsp: ChatNamespace): Promise<RoomSummary[]> {
  return [...(await roomList(nsp).all())]
    .map(([name, people]) => ({ name, people }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Each socket has a room named by its id, where only it listens. Only a name like an id is looked up. */
async function isSomebodysOwn(nsp: ChatNamespace, room: string): Promise<boolean> {
  if (!/^[\w-]{20}$/.test(room)) return false;
  return (await nsp.in(room).fetchSockets()).some(({ id }) => id === room);
}

/** The rooms a person chose: all but the one that is named by the socket's id. */
function joinedRooms({ id, rooms }: ChatSocket): string[] {
  return [...rooms].filter((room) => room !== id);
}

function notAMember(room: string): { error: string } {
  return { error: `You are not in the room "${room}". Join it first.` };
}

function compose(socket: ChatSocket, room: string, text: string, to: Message["to"]): Message {
  return { room, text, from: person(socket), to, time: new Date().toISOString() };
}

function person({ id, data }: ChatSocket): Person {
  return { id, name: data.name };
}
