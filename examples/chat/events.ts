/**
 * What the example's clients and server say to each other. A plain client (`wscat`) uses the same names:
 * `{"action":"join-room","data":["tea"],"id":1}` in, `{"event":"said","data":[{…}]}` out.
 *
 * From a client, each answered by an ack (`{ error }` in words when it cannot be done):
 *
 *     set-name     name         → { name }          everybody hears `renamed`
 *     list-rooms                → { rooms, joined } every room with its people, and those you are in
 *     create-room  room         → { joined }        everybody hears `room-created`; you are its first member
 *     join-room    room         → { joined }        its members hear `room-joined`; it need not exist yet
 *     leave-room   room         → { joined }        its members hear `room-left`; an empty room is gone
 *     delete-room  room         → { joined }        everybody hears `room-deleted`, and every member leaves
 *     say          room, text   → { time }          all in the room hear `said`, you too
 *     say-others   room, text   → { time }          the others in the room hear `said`
 *
 * From the server, when somebody connects, disconnects or makes a mistake:
 *
 *     sayHello     text                to the newcomer alone
 *     newcomer     person              to all, the newcomer too
 *     arrived      person              to all others
 *     departed     person, reason      to all others
 *     refused      event, reason       to a client that made a mistake and asked for no ack
 *
 * A member of a room may talk in it and delete it. All of it happens within one namespace: `/`, or `/members`
 * for clients with the right `auth.token` (others receive `connect_error` with `data.code`). A client may
 * give its name on connecting, as `auth.name`.
 */
export interface ClientEvents {
  "set-name": (name: string, ack: Ack<{ name: string }>) => void;
  "list-rooms": (ack: Ack<{ rooms: RoomSummary[]; joined: string[] }>) => void;
  "create-room": (room: string, ack: Ack<{ joined: string[] }>) => void;
  "join-room": (room: string, ack: Ack<{ joined: string[] }>) => void;
  "leave-room": (room: string, ack: Ack<{ joined: string[] }>) => void;
  "delete-room": (room: string, ack: Ack<{ joined: string[] }>) => void;
  say: (room: string, text: string, ack: Ack<{ time: string }>) => void;
  "say-others": (room: string, text: string, ack: Ack<{ time: string }>) => void;
}

export interface ServerEvents {
  sayHello: (text: string) => void;
  newcomer: (person: Person) => void;
  arrived: (person: Person) => void;
  departed: (person: Person, reason: string) => void;
  renamed: (person: Person, formerName: string) => void;
  "room-created": (room: string, by: Person) => void;
  "room-joined": (room: string, who: Person) => void;
  "room-left": (room: string, who: Person) => void;
  "room-deleted": (room: string, by: Person) => void;
  said: (message: Message) => void;
  refused: (event: string, reason: string) => void;
}

/** What the server remembers about a socket: `socket.data`. */
export interface SocketData {
  name: string;
}

/** `id` is the socket's. */
export interface Person {
  id: string;
  name: string;
}

export interface Message {
  room: string;
  text: string;
  from: Person;
  to: "all" | "others";
  /** ISO 8601, by the server's clock. */
  time: string;
}

/** `people` counts the sockets in the room. */
export interface RoomSummary {
  name: string;
  people: number;
}

/** The answer to an event: what was asked for, or why not, in words. */
export type Ack<Answer> = (answer: Answer | { error: string }) => void;
