import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { textOf } from "../program/parse-module.js";
import { External } from "../program/value.js";
import { callsOf } from "../program/walk-calls.js";

/** What Socket.IO 2 had and 4.8 has not, on any server. */
export function version2(analysis: Analysis): RawFinding[] {
  const { values, kinds } = analysis;
  return callsOf(analysis).flatMap(({ path, callee, object, name }): RawFinding[] => {
    if (!object) return [];
    const isListen =
      name === "listen" &&
      values
        .of(callee)
        .some(
          (value) => value instanceof External && value.source === "socket.io" && value.name === "listen",
        );
    if (isListen) {
      const given = path
        .get("arguments")
        .map((each) => textOf(each as NodePath<Node>))
        .join(", ");
      return [
        finding(
          path,
          "listen() of the package is of Socket.IO 2: in 4.8 it is no function",
          `new Server(${given}), with const { Server } = require("socket.io")`,
        ),
      ];
    }
    if ((name === "set" || name === "configure") && kinds.of(object) === "io") {
      return [
        finding(
          path,
          `${name}() of the server is of Socket.IO 0.9 and 1`,
          "options of new Server(httpServer, options)",
        ),
      ];
    }
    if (name === "clients" && kinds.of(object) === "io") {
      return [
        finding(
          path,
          "clients() is of Socket.IO 2",
          `await ${textOf(object as NodePath<Node>)}.fetchSockets()`,
        ),
      ];
    }
    return [];
  });
}

function finding(at: RawFinding["at"], what: string, instead: string): RawFinding {
  return { rule: "version-2", at, what, instead };
}
