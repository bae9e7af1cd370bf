/**
 * The app that the contract suites drive: a namespace for each concern. Where a pattern makes the
 * namespaces, each test takes one of its own, so that tests do not hear each other. An ordinary
 * Socket.IO app, whose handlers may run anywhere.
 */
import { Server } from "socket.io";
import { acks } from "./acks.js";
import { disconnects } from "./disconnects.js";
import { listeners } from "./listeners.js";
import { connectMiddlewares, eventMiddlewares } from "./middlewares.js";
import { dynamicNamespaces } from "./namespaces.js";
import { remoteControl } from "./remote-control.js";
import { requests } from "./requests.js";
import { roomEvents } from "./room-events.js";
import { listedRooms } from "./room-list.js";
import { session } from "./session.js";
import { wire } from "./wire.js";

/** Clients that poll only are told so at once where a test asks for it: that saves each of them 2 s. */
export const io = new Server({ allowUpgrades: process.env.ALLOW_UPGRADES !== "false" });

io.on("connection", wire);
io.of("/custom").on("connection", wire);

const control = remoteControl(io, io.of(/^\/family-[\w-]+$/));
io.on("connection", control);
io.of("/custom").on("connection", control);
io.of(/^\/open-[\w-]+$/).on("connection", control);

acks(io.of(/^\/acks-[\w-]+$/));
listeners(io.of(/^\/listeners-[\w-]+$/));
connectMiddlewares(io.of(/^\/guarded-[\w-]+$/));
eventMiddlewares(io.of(/^\/filtered-[\w-]+$/));
session(io.of(/^\/session-[\w-]+$/)).on("connection", control);
requests(io.of(/^\/requests-[\w-]+$/));
disconnects(io.of(/^\/leaving-[\w-]+$/)).on("connection", control);
roomEvents(io.of("/room-events")).on("connection", control);
listedRooms(io.of("/room-list")).on("connection", control);
dynamicNamespaces(io);
