// The front door's function at the edge. CloudFront runs it, in its JavaScript runtime 2.0, before each
// request that an API gets (`aws-facts.md` §11.2). `lib/viewer-request-code.ts` puts the construct's path in.
import cf from "cloudfront";

const PATH = "/socket.io";
const POLL_PATH = "/socket.io-lambda/poll";

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name
function handler(event) {
  const request = event.request;
  sayWhoAsks(event.viewer.ip, request.headers);

  const isClients = request.uri === PATH || request.uri.startsWith(`${PATH}/`);
  const transport = isClients && request.method === "GET" ? only(request.querystring.transport) : "";
  if (transport === "websocket") {
    // The behavior's own origin is the WebSocket API, whose one path is the stage.
    request.uri = "/";
    return request;
  }
  cf.selectRequestOriginById("http");
  if (transport === "polling" && only(request.querystring.sid) !== "") request.uri = POLL_PATH;
  return request;
}

/** Headers with our prefix are believed behind the front door, so none of a client gets through. */
function sayWhoAsks(viewer, headers) {
  Object.keys(headers)
    .filter((name) => name.startsWith("x-socket-io-"))
    .forEach((name) => {
      delete headers[name];
    });
  headers["x-socket-io-viewer"] = { value: viewer };
  if (headers.host) headers["x-socket-io-host"] = { value: headers.host.value };
}

/** A parameter's value; "" where it is missing, or given twice: the app refuses that as Engine.IO does. */
function only(parameter) {
  if (!parameter || parameter.multiValue) return "";
  return parameter.value;
}
