/** What a posting process is asked, as its argument, and what it answers, as its one message. */

/** How frames get to the recipients: see the files of these names. */
export type Variant =
  | "our-client"
  | "sdk-client"
  | "raw-client"
  | "our-broadcast"
  | "our-hand-over"
  | "sample-broadcast";

export interface PostingTask {
  /** Only `poster.ts` has several. */
  readonly variant?: Variant;
  /** The mock of AWS. */
  readonly url: string;
  readonly recipients: number;
  /** Not measured, before those that are. */
  readonly warmUps: number;
  readonly rounds: number;
  /** Environments of the `deliver` function. 0: one invocation posts everything itself. */
  readonly deliverEnvironments: number;
  /** Compiled file of `deliver-worker.ts`. */
  readonly deliverWorker?: string;
}

/** What `our-broadcasts.ts` is asked. */
export interface BroadcastsTask {
  /** The mock of AWS. */
  readonly url: string;
  /** Environments of the app function, each with its own broadcast a second. */
  readonly apps: number;
  readonly seconds: number;
  /** One after another within each second, or all at once. */
  readonly isStaggered: boolean;
  /** Environments of the `deliver` function, at most. */
  readonly deliverEnvironments: number;
  /** Compiled file of `deliver-worker.ts`. */
  readonly deliverWorker: string;
}

export interface BroadcastsResult {
  /** When each was emitted, in epoch milliseconds. */
  readonly emittedMs: Readonly<Record<string, number>>;
}

export interface PostingRound {
  readonly ms: number;
  /** Of this process: user and system. */
  readonly cpuMs: number;
}

export interface PostingResult {
  readonly rounds: readonly PostingRound[];
  /** The most memory that the process has had resident, Node itself included. */
  readonly peakMb: number;
}

/** Posts to all recipients once, and resolves when all have been accepted. */
export type PostAll = () => Promise<unknown>;

/** What is posted: an event with one short text, as a chat sends it. */
export const FRAME = `42["said","sid-1",${JSON.stringify("a".repeat(100))}]`;
