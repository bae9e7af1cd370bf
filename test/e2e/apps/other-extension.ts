/**
 * An app with an extension of its own, under the name that the runtime wants: Lambda refuses the runtime's.
 */
import { Server } from "socket.io";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2020-01-01/extension`;
const { headers } = await fetch(`${api}/register`, {
  method: "POST",
  headers: { "Lambda-Extension-Name": "socket.io-lambda" },
  body: JSON.stringify({ events: ["INVOKE"] }),
});
const identifier = headers.get("lambda-extension-identifier") ?? "";
void (async () => {
  for (;;) await fetch(`${api}/event/next`, { headers: { "Lambda-Extension-Identifier": identifier } });
})();

export const io = new Server();
