/**
 * What other programs do and one in a single style does not: some clients meet the one
 * habit, some the other, some none. The app's part of it; `check/habits.ts` is the
 * checker's, which knows of it by the journal alone.
 */
import type { Socket } from "socket.io";
import { type Marks, ordinalOf } from "./entry.js";

/** The connection handler awaits something before it listens. */
export function isAwaited(client: number): boolean {
  return client % 3 === 0;
}

/** The connection handler asks, and gives the answer a time. */
export function isAsked(client: number): boolean {
  return client % 3 === 1;
}

/** The connection handler greets when its database has called back. */
export function isGreetedBack(client: number): boolean {
  return client % 4 === 2;
}

/** Every second event is handled in the callback style. */
export function answersBack(ordinal: number): boolean {
  return ordinal % 2 === 0;
}

/**
 * Every third event is answered and told of with pictures: packets of several frames, between those of text.
 */
export function picturesOf(id: string): Buffer[] {
  return ordinalOf(id) % 3 === 0 ? [Buffer.from(id), Buffer.from(`${id} again`)] : [];
}

/** What comes behind the id, as a client gets it: the pictures, or `undefined` where these are not they. */
export function isWhole(id: string, pictures: readonly unknown[]): boolean {
  const expected = picturesOf(id);
  return (
    pictures.length === expected.length &&
    pictures.every((picture, index) => expected[index]?.equals(bytesOf(picture)))
  );
}

/** A plain client gets `{"base64":"…"}`. */
function bytesOf(picture: unknown): Uint8Array {
  const { base64 } = picture as { readonly base64?: string };
  return base64 === undefined ? (picture as Uint8Array) : Buffer.from(base64, "base64");
}

/** Where middlewares put things: an authorization, a session, a user. */
export function putMarks(socket: Socket, mark: string): void {
  const { request, handshake } = socket as unknown as Record<"request" | "handshake", { user?: string }>;
  request.user = mark;
  handshake.user = mark;
  Object.assign(socket, { user: mark });
  socket.data.user = mark;
}

/** What a handler finds there later. */
export function marksOn(socket: Socket, client: number): Marks {
  const { request, handshake, user } = socket as unknown as Record<
    "request" | "handshake",
    { user?: string }
  > & { user?: string };
  const { data } = socket;
  return {
    request: request.user ?? null,
    handshake: handshake.user ?? null,
    socket: user ?? null,
    data: data.user ?? null,
    ...(isAwaited(client) && { late: data.late ?? null }),
  };
}

const jobs: (() => void)[] = [];
let isBusy = false;

/** Runs one job after another, as an embedded database does: in the context of whichever came first. */
export function inTurn(job: () => void): void {
  jobs.push(job);
  if (isBusy) return;
  isBusy = true;
  setTimeout(next, JOB_MS);
}

const JOB_MS = 5;

function next(): void {
  const job = jobs.shift();
  isBusy = jobs.length > 0;
  if (isBusy) setTimeout(next, JOB_MS);
  job?.();
}
