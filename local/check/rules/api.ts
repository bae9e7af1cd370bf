import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { type ApiRow, apiRows } from "../api-table.js";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { propertyName } from "../program/nodes.js";
import { callsOf } from "../program/walk-calls.js";

/**
 * Members that differ so little, or are used so often for what works, that only a hint names them; and
 * those that another rule explains where they matter.
 */
export const QUIET: ReadonlySet<string> = new Set([
  // The start of a server, and its HTTP.
  "server.httpServer",
  "server.engine",
  "server.attach",
  "server.listen",
  "server.attachApp",
  "server.path",
  "server.serveClient",
  "server.connectTimeout",
  "server.close",
  "engine.use",
  "engine.generateId",
  "event.connection_error",
  "event.headers",
  "event.initial_headers",
  // Without effect, and without harm.
  "server.compress",
  "namespace.compress",
  "socket.compress",
  // Read for an address or a header, which is there.
  "socket.conn",
  "socket.client",
  "socket.request",
  "client.conn",
  "client.request",
]);

/** Of the rules adapter-maps, options, replay, module-state and late-listener, which say more. */
export const OTHERS: ReadonlySet<string> = new Set([
  "server.adapter",
  "namespace.adapter",
  "namespace.sockets",
  "adapter.rooms",
  "adapter.sids",
  "adapter.socketRooms",
  "engine.clientsCount",
  "event.connection",
  "event.connect",
  "socket.on",
  "socket.once",
  "socket.addListener",
  "socket.prependListener",
  "socket.prependOnceListener",
  "socket.onAny",
  "socket.prependAny",
  "socket.onAnyOutgoing",
  "socket.prependAnyOutgoing",
]);

/** Members that docs/socket-io-api.md marks as "differs" or "cannot", with that row's text. */
export function api(analysis: Analysis): RawFinding[] {
  const { kinds, callbacks, sources } = analysis;
  const table = apiRows().filter(
    ({ here, owner, name }) => here !== "works" && !OTHERS.has(`${owner}.${name}`),
  );
  const found: RawFinding[] = [];
  const add = (at: NodePath<Node>, row: ApiRow | undefined) => {
    if (row)
      found.push({
        rule: "api",
        isHint: QUIET.has(`${row.owner}.${row.name}`),
        at,
        what: `${row.name} ${row.here === "cannot" ? "is not to be had here" : "differs here"}: ${row.how}`,
        instead: "see the row in docs/socket-io-api.md",
      });
  };
  for (const { path } of sources.modules) {
    path.traverse({
      "MemberExpression|OptionalMemberExpression": (member: NodePath<Node>) => {
        const name = propertyName(member.node);
        if (name === undefined || !table.some((row) => row.name === name)) return;
        const object = member.get("object") as NodePath<Node>;
        const kind = /^(adapter|engine)$/.exec(propertyName(object.node) ?? "")?.[0] ?? kinds.of(object);
        const owners = kind === "io" ? ["server", "namespace"] : [kind];
        add(
          member,
          table.find((row) => row.name === name && owners.includes(row.owner)),
        );
      },
    });
  }
  for (const { path, object, name } of callsOf(analysis)) {
    if (!object || !/^(on|once)$/.test(name) || kinds.of(object) !== "io") continue;
    const event = callbacks.textOf((path.get("arguments") as NodePath<Node>[])[0]);
    if (event !== "connection" && event !== "connect")
      add(
        path,
        table.find((row) => row.owner === "event" && row.name === event),
      );
  }
  return found;
}
