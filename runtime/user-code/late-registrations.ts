/**
 * Handlers, middlewares and namespaces that come after the first event. A server on a port listens when it is
 * ready; a function answers as soon as its module is loaded. So an app that connects to its database first,
 * and does not let the module wait for that, meets events without its handlers: in each new environment, and
 * while it is frozen.
 *
 * Those that another event registers on purpose are warned of, too: the next event runs elsewhere and does
 * not know them. What a parent namespace gives its children (`io.of(/…/)`) is not late, for each environment
 * does that by itself.
 *
 * Nothing is watched before the first event, so an app that registers all in time pays nothing.
 */
import type { Namespace, Server } from "socket.io";
import { currentScope } from "../connection/scope.js";
import { atCallSite } from "../log/call-site.js";
import { warnOnce } from "../log/log.js";
import { quote, shownNamespace } from "../log/printable.js";
import { internalsOf, type ParentInternals } from "../socket-io/internals.js";
import { patch } from "../socket-io/patches.js";
import { currentTask } from "../tasks/task-run.js";

// biome-ignore lint/suspicious/noExplicitAny: the methods of emitters and namespaces take what they like
type Method = (...args: any[]) => unknown;

/** The first event begins. */
export function watchRegistrations(io: Server): void {
  const { _nsps, parentNsps } = internalsOf(io);
  const namespaces = [
    ..._nsps.values(),
    ...(parentNsps.values() as Iterable<unknown> as Iterable<Namespace>),
  ];
  if (!namespaces.some(hasHandler)) warnOnce(`The first event has begun, and ${NO_HANDLER}`);
  for (const namespace of namespaces) watchNamespace(namespace);
  const of = io.of as Method;
  patch<"LateServer">(io, {
    of(name: unknown, ...rest: unknown[]) {
      const count = () => _nsps.size + parentNsps.size;
      const before = count();
      const namespace = of.call(io, name, ...rest) as Namespace;
      const isNew = count() > before && !isChild(namespace, parentNsps.values());
      // In an event it may only be looked at, as in `io.of(name).emit()`; what is registered there is named
      // below.
      if (isNew && (rest.length > 0 || !(currentScope() ?? currentTask())))
        warnOf("io.of", `${callOf(name)} was called`);
      watchNamespace(namespace);
      return namespace;
    },
  });
}

/**
 * A socket is in a namespace that hears nothing. Not said of `/`, where a plain client is whether the app
 * uses it or not.
 */
export function warnOfNoHandler(namespace: Namespace): void {
  if (namespace.name === "/" || hasHandler(namespace)) return;
  warnOnce(`A client is in ${shownNamespace(namespace.name)}, and there ${NO_HANDLER}`);
}

function hasHandler(namespace: Namespace): boolean {
  return namespace.listenerCount("connection") + namespace.listenerCount("connect") > 0;
}

function watchNamespace(namespace: Namespace): void {
  if (watched.has(namespace)) return;
  watched.add(namespace);
  const { name } = namespace;
  const { on, addListener, prependListener, use } = namespace;
  const registering =
    (register: Method) =>
    (event: unknown, ...rest: unknown[]) => {
      if (event === "connection" || event === "connect") {
        warnOf("on", `A "${event}" handler of ${shownNamespace(name)} was registered`);
      }
      return register.call(namespace, event, ...rest);
    };
  patch<"LateNamespace">(namespace, {
    on: registering(on),
    addListener: registering(addListener),
    prependListener: registering(prependListener),
    use(...args: Parameters<typeof use>) {
      warnOf("use", `A middleware of ${shownNamespace(name)} was registered`);
      return use.apply(namespace, args);
    },
  });
}

const watched = new WeakSet<object>();

function isChild(namespace: Namespace, parents: Iterable<ParentInternals>): boolean {
  return [...parents].some(({ children }) => children.has(namespace));
}

function callOf(name: unknown): string {
  return typeof name === "string" ? `io.of(${quote(name)})` : `io.of(${String(name).slice(0, 60)})`;
}

/** Once for each call site: an app that makes namespaces of what clients send would warn without end. */
function warnOf(method: string, what: string): void {
  const where = atCallSite();
  warnOnce(
    `${what} after the first event had begun${where}. That event went without it, and so does each in an environment that has not come so far. Register everything while the module loads. ${WHAT_TO_DO}`,
    where === "" ? what : method + where,
  );
}

const WHAT_TO_DO =
  'If its start waits for a database or a file, write `await main()` at the top of the module: see docs/moving-an-app.md, "A start that awaits".';

const NO_HANDLER = `no "connection" handler is registered, so nothing that a client sends is heard. ${WHAT_TO_DO} If no handler is meant to come, register an empty one.`;
