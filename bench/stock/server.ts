/** Socket.IO's own server with the benchmark's app, in a process of its own. It tells its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { io } from "../apps/echo.js";

const server = createServer();
io.attach(server);
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
