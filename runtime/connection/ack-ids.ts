/**
 * Ids of the acks that the server asks for: each a number of its own, drawn at random, so that nobody who has
 * been asked once knows the next one and answers ahead. Why they are below 2^31: docs/decisions/ack-ids.md.
 */
import { randomInt } from "node:crypto";

const ID_LIMIT = 2 ** 31;

export function drawAckId(): number {
  return randomInt(ID_LIMIT);
}

/** Nobody was ever asked under any other number. */
export function mayBeAckId(id: number): boolean {
  return id < ID_LIMIT;
}
