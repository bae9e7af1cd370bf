/** What is promised, and a broken promise. `docs/guarantees.md` says the same in more words. */

export const PROMISES = {
  atMostOnce: "an event that is sent once is handled at most once",
  atLeastOnce: "with `retries`, every event is handled and acked",
  queued: "in ordered mode, an event of a connection that lives on is handled",
  acked: "an acked event was handled",
  broadcast: "a broadcast reaches each member that was there throughout, and nobody else",
  recovery: "a client that recovers has missed nothing",
  once: "what a client gets, it gets once",
  together: "the frames of a packet stay together: no client gets a torn one, or closes for one",
  logOrder: "what a client missed comes in the order of the log",
  order: "handlers see one client's events in the order in which they were sent",
  disconnect: "one `disconnect` for each `connection`",
  own: "what was put on a socket is there in each later event, and nothing of another client's",
  asked: "a question with a timeout calls back once, with its own client's answer",
  leftovers: "nothing outlives its connection by more than the reaper's period",
  memory: "the stack's memory does not grow without bound",
} as const;

export type PromiseName = keyof typeof PROMISES;

export interface Broken {
  readonly promise: PromiseName;
  /** Which event, client or row, and what happened to it. */
  readonly what: string;
}
