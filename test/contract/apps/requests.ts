import type { Namespace } from "socket.io";

/** What middlewares of published apps put where; `as any` would do, and this names it. */
export interface Marked {
  request: { user?: object; headers: Record<string, string | undefined> };
  handshake: {
    session?: object;
    user?: string;
    query: Record<string, unknown>;
    auth: Record<string, unknown>;
  };
  client: { device?: string };
  conn: { tenant?: string };
}

/** Request-time code that keeps things on the request, the handshake, the client and the connection. */
export function requests(namespace: Namespace): Namespace {
  namespace.use((socket, next) => {
    const { request, handshake, client, conn } = socket as unknown as Marked;
    const { name } = handshake.auth;
    if (name === undefined) return next();
    request.user = { name, since: new Date(0) };
    request.headers["x-seen"] = "by the middleware";
    handshake.session = { cart: [3] };
    handshake.user = String(name);
    handshake.query.lang = "de";
    handshake.auth.role = "guest";
    client.device = "phone";
    conn.tenant = "acme";
    next();
  });
  return namespace.on("connection", (socket) => {
    const { request, handshake, client, conn } = socket as unknown as Marked;
    socket.on("look", (reply) => {
      const { session, user, query, auth } = handshake;
      reply({
        user: request.user ?? null,
        seen: request.headers["x-seen"] ?? null,
        session: session ?? null,
        handshakeUser: user ?? null,
        lang: query.lang ?? null,
        auth,
        device: client.device ?? null,
        tenant: conn.tenant ?? null,
        sameHeaders: (handshake as { headers?: object }).headers === request.headers,
      });
    });
    socket.on("promote", (user, role, reply) => {
      request.user = user;
      handshake.auth.role = role;
      reply();
    });
    socket.on("sign out", (reply) => {
      delete request.user;
      delete handshake.session;
      reply();
    });
  });
}
