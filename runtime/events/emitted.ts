/**
 * What an emitter asks for (`socket.io-lambda/emitter`): done in nobody's name, one operation behind the
 * other, as if the app had done it in an event of its own.
 *
 * Cost: what `io.to(…).emit(…)` and its kin cost, and 1 read for each dynamic parent where its namespace is
 * not known here.
 */
import { serialize } from "node:v8";
import type { BroadcastOptions } from "socket.io-adapter";
import { beforeDeadline } from "../connection/deadline.js";
import { Outbox } from "../connection/outbox.js";
import { postErrorHandler } from "../connection/reap.js";
import {
  type EmitterAnswer,
  type EmitterEvent,
  fromWire,
  type Operation,
  type Outcome,
} from "../emitter/operation.js";
import { AppError, DeadlineError } from "../errors.js";
import { reportError } from "../log/log.js";
import { shownNamespace } from "../log/printable.js";
import type { Runtime } from "../runtime.js";
import { DynamoAdapter } from "../socket-io/adapter.js";
import { findNamespace } from "../socket-io/dynamic-namespaces.js";
import { internalsOf } from "../socket-io/internals.js";
import type { RemoteSocketDetails } from "../socket-io/remote-sockets.js";

export async function onEmitted(
  runtime: Runtime,
  { operations }: EmitterEvent,
  withinMs: number,
): Promise<EmitterAnswer> {
  const failures: unknown[] = [];
  const { backend } = runtime;
  const onStepError = (_stage: unknown, error: unknown) => void failures.push(error);
  const outbox = new Outbox(backend.delivery, postErrorHandler(backend), onStepError);
  const outcomes: Outcome[] = [];
  let late: DeadlineError | undefined;

  const doAll = async () => {
    for (const operation of operations) {
      if (late) return;
      // A socket hears what it was sent before it is disconnected.
      if (operation.do === "disconnect") await outbox.drain();
      const outcome = await perform(runtime, outbox, operation).catch(failed);
      await outbox.place("delivery", async () => {}); // behind all of its steps
      const [failure] = failures.splice(0);
      outcomes.push(failure === undefined ? outcome : failed(failure));
    }
    await outbox.drain();
  };
  await beforeDeadline(doAll(), withinMs, async () => {
    late = new DeadlineError(
      operations.slice(outcomes.length).map((left) => left.do),
      "an emitter",
    );
    reportError("deadline", late);
  });
  // What is on its way to clients may be of any of them.
  return { outcomes: late ? operations.map(() => failed(late)) : outcomes };
}

async function perform(runtime: Runtime, outbox: Outbox, operation: Operation): Promise<Outcome> {
  const namespace = await findNamespace(runtime, operation.namespace);
  if (!(namespace?.adapter instanceof DynamoAdapter)) return nobodyIn(runtime, operation);
  const adapter = namespace.adapter.through(outbox);
  const options: BroadcastOptions = {
    rooms: new Set(operation.rooms),
    except: new Set(operation.except),
    flags: operation.do === "emit" && operation.volatile ? { volatile: true } : {},
  };
  switch (operation.do) {
    case "emit":
      adapter.broadcast(packetOf(runtime, operation), options);
      return {};
    case "join":
      adapter.addSockets(options, [...operation.changed]);
      return {};
    case "leave":
      adapter.delSockets(options, [...operation.changed]);
      return {};
    case "disconnect":
      adapter.disconnectSockets(options, operation.close);
      return {};
    case "fetch":
      return { sockets: encoded(await adapter.fetchSockets(options)) };
    default:
      throw new AppError(
        `The app does not know what ${JSON.stringify((operation as { do: unknown }).do)} of an emitter is. Deploy it with the emitter's version of socket.io-lambda.`,
      );
  }
}

/** Where the app makes namespaces as clients come, a name that it has not made yet is nothing strange. */
function nobodyIn({ io }: Runtime, { do: what, namespace }: Operation): Outcome {
  const sockets = what === "fetch" && { sockets: encoded([]) };
  if (internalsOf(io).parentNsps.size > 0) return { ...sockets };
  const warning = `An emitter named ${shownNamespace(namespace)}, and the app has no such namespace: nobody is there.`;
  return { ...sockets, warning };
}

/** @throws AppError where the emitter has another parser than the app */
function packetOf({ codec }: Runtime, { parts, parser }: Extract<Operation, { do: "emit" }>) {
  if ((parser === "default") !== codec.isDefaultParser) {
    throw new AppError(
      codec.isDefaultParser
        ? "The emitter has a parser, and the app has none. Leave it out."
        : "The app has a parser of its own. Give it to the emitter as well: new Emitter({ parser }).",
    );
  }
  const packet = codec.decode(parts.map(fromWire));
  if (!packet)
    throw new AppError("The app's parser cannot read the emitter's packet. Give both the same parser.");
  return packet;
}

/** Sockets of the test kit are here themselves. */
function encoded(sockets: readonly RemoteSocketDetails[]): string {
  const details = sockets.map(({ id, handshake, rooms, data }) => ({
    id,
    handshake,
    rooms: [...rooms],
    data,
  }));
  return serialize(details).toString("base64");
}

function failed(error: unknown): Outcome {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { error: { name, message } };
}
