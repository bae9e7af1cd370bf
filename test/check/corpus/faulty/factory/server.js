const http = require("http");
const createSockets = require("./sockets");

const server = http.createServer();
createSockets(server);
server.listen(3000);
