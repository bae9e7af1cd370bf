import http from "http";
import express from "express";
import { SocketServer } from "./socket-server";

const app = express();
const server = http.createServer(app);
SocketServer.start(server);
server.listen(process.env.PORT);
