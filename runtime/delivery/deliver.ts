/**
 * Posts one chunk of a large broadcast. Runs in the `deliver` function, which loads neither socket.io nor a DynamoDB
 * client, so that it starts quickly and many of them cost little.
 *
 * Members that could not be reached after all tries are handed on as a smaller chunk; after `MAX_ATTEMPTS` the event
 * fails and Lambda puts it into the dead-letter queue. Lambda may run an event twice: then the members of this one chunk
 * get the packet twice.
 */
import { GoneError } from "../errors.js";
import { reportError } from "../log.js";
import type { SelfEvent } from "../self-invocation.js";
import type { Member, ProtocolName } from "../store/store.js";
import type { Delivery } from "./delivery.js";
import { PostQueues } from "./post-queues.js";

export interface DeliverEvent {
  readonly frames: Readonly<Record<ProtocolName, readonly string[]>>;
  readonly members: readonly Member[];
  readonly volatile: boolean;
  readonly namespace: string;
  /** The rooms of the broadcast: a member that is gone is removed from them. */
  readonly rooms: readonly string[];
  /** The function that runs `disconnect` handlers. */
  readonly appFunction: string;
  /** From 1. */
  readonly attempt: number;
}

/** Invokes a function asynchronously. */
export type Invoke = (functionName: string, event: object) => Promise<void>;

const MAX_ATTEMPTS = 3;

/** @throws AggregateError when members were not reached at the last attempt, or could not be handed on. */
export async function deliver(
  event: DeliverEvent,
  delivery: Delivery,
  invoke: Invoke,
  ownFunction: string,
): Promise<void> {
  const { frames, members, volatile, namespace, rooms, appFunction, attempt } = event;
  const failed = new Map<string, unknown>();
  const gone = new Set<string>();
  const queues = new PostQueues(delivery, (error, { connectionId }) => {
    if (error instanceof GoneError) gone.add(connectionId);
    else failed.set(connectionId, error);
  });
  for (const member of members) {
    await queues.room();
    queues.post(member, frames[member.protocol], { volatile });
  }
  await queues.drain();

  for (const member of members.filter(({ connectionId }) => gone.has(connectionId))) {
    const reap: SelfEvent = {
      selfEvent: "gone",
      connectionId: member.connectionId,
      stale: { namespace, member, rooms },
    };
    await invoke(appFunction, reap);
  }

  if (failed.size === 0 || volatile) return;
  const errors = [...failed.values()];
  for (const error of errors) reportError("delivery", error, `attempt ${attempt}`);
  if (attempt === MAX_ATTEMPTS) {
    throw new AggregateError(errors, `${failed.size} of ${members.length} members were not reached.`);
  }
  const left = members.filter(({ connectionId }) => failed.has(connectionId));
  await invoke(ownFunction, { ...event, members: left, attempt: attempt + 1 } satisfies DeliverEvent);
}
