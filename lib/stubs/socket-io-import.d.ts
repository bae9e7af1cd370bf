/** The package itself, of which the bundle has a stub (`lib/compile.ts`). */
declare module "#socket.io" {
  import socketIo = require("socket.io");
  export = socketIo;
}
