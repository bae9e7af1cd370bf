/**
 * Stands in for `debug` where Socket.IO's packages import it. `DEBUG=socket.io:*` in the function's
 * environment works as with the original (names apart by commas or spaces, `*`, `-` excludes; to
 * stderr). Colours, time differences and switching it on while running are left out: CloudWatch
 * shows no colours and has times of its own.
 *
 * Leaves out 5 KB, and the look at the terminal that the original takes when it is loaded.
 */
import util = require("node:util");

interface Debugger {
  (...args: unknown[]): void;
  readonly enabled: boolean;
}

const names = (process.env.DEBUG ?? "").split(/[\s,]+/).filter(Boolean);
const excluded = names.flatMap((name) => (name.startsWith("-") ? toRegExp(name.slice(1)) : []));
const included = names.flatMap((name) => (name.startsWith("-") ? [] : toRegExp(name)));

function debug(namespace: string): Debugger {
  const fits = (pattern: RegExp) => pattern.test(namespace);
  const enabled = included.some(fits) && !excluded.some(fits);
  const log = (...args: unknown[]) => {
    if (enabled) process.stderr.write(`${namespace} ${util.format(...args)}\n`);
  };
  return Object.assign(log, { enabled });
}

function toRegExp(name: string): RegExp {
  const parts = name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

// socket.io-adapter imports it by name.
export = Object.assign(debug, { debug });
