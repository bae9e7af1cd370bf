import { setTimeout as delay } from "node:timers/promises";
import { ENV } from "../../runtime/contract.js";
import type { OnLocalEvent } from "../local-event.js";
import { type Local, startLocal } from "../start.js";
import type { StartOptions } from "../start-options.js";
import { ClientTraffic, type Heard } from "./client-traffic.js";
import { Lane, type LaneServer } from "./lane.js";
import { ToldOnce } from "./told-once.js";

/** Of steps that wait: more are a load test, and not a person who tries an app. */
const MAX_WAITING = 2_000;
const LOOK_MS = 5;

/**
 * `dev --compare`: each event of the running stack once more in three stacks beside it. Two keep sockets and
 * modules in memory, as a server does; the third starts a new environment for each event. Where the first two
 * send the same and the third does not, the app relies on memory, and one line says so. Handlers run four
 * times, so this is for those without side effects outside of Socket.IO.
 *
 * The stacks beside hear what clients of the first API send, and nothing else: not the app's own HTTP, no
 * emitters, no schedules.
 */
export class CompareBeside {
  readonly watcher = new ClientTraffic((heard) => this.#hear(heard));
  readonly #options: StartOptions;
  readonly #log: OnLocalEvent;
  readonly #waiting: Heard[] = [];
  readonly #told = new ToldOnce();
  #stacks: readonly Local[] = [];
  #lanes: readonly Lane[] = [];
  #isPlaying = false;
  #isOver = false;
  #isMissingTold = false;

  /** @param options those of the running stack */
  constructor(options: StartOptions, log: OnLocalEvent) {
    const { port, host, page, environments, onDemand, faults, inspect, ...same } = options;
    this.#options = { ...same, environments: 1 };
    this.#log = log;
  }

  /** Starts the stacks. What clients say until they run is played then. Never rejects. */
  async start(): Promise<void> {
    const kept = {
      ...this.#options,
      onDemand: true,
      env: { ...this.#options.env, [ENV.keepSockets]: "true" },
    };
    const fresh = { ...this.#options, faults: { seed: 1, coldStart: 1 } };
    try {
      for (const options of [kept, kept, fresh]) {
        const stack = await startLocal(options);
        this.#stacks = [...this.#stacks, stack];
        if (this.#isOver) return await stack.close();
      }
      this.#lanes = this.#stacks.map((stack) => new Lane(laneServer(stack)));
      await this.#play();
    } catch (error) {
      await this.#giveUp(`a stack beside this one has failed: ${(error as Error).message}`);
    }
  }

  /** The code has changed. */
  async reload(): Promise<void> {
    try {
      await Promise.all(this.#stacks.map((stack) => stack.reload()));
    } catch (error) {
      await this.#giveUp(`the new code cannot run beside: ${(error as Error).message}`);
    }
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#stacks.map((stack) => stack.close()));
  }

  #hear(heard: Heard): void {
    if (this.#isOver) return;
    this.#waiting.push(heard);
    if (this.#waiting.length > MAX_WAITING) void this.#giveUp("there are more events than can be run again.");
    else if (this.#lanes.length > 0 && !this.#isPlaying) void this.#play();
  }

  async #play(): Promise<void> {
    this.#isPlaying = true;
    try {
      for (;;) {
        const step = this.#waiting.shift();
        if (!step || this.#isOver) break;
        const [kept = [], again = [], fresh = []] = await Promise.all(
          this.#lanes.map((lane) => lane.play(step)),
        );
        if (step.type === "opened" && this.#lanes.some((lane) => !lane.has(step.client))) this.#tellMissing();
        for (const { event, message } of this.#told.of(step, { kept, again, fresh })) {
          this.#log({ type: "compare", event, message });
        }
      }
    } catch (error) {
      await this.#giveUp((error as Error).message);
    }
    this.#isPlaying = false;
  }

  /** It may need what the stacks beside do not have, such as a session that a login by HTTP has made. */
  #tellMissing(): void {
    if (this.#isMissingTold) return;
    this.#isMissingTold = true;
    const message =
      "--compare: a client was refused by a stack beside this one, so its events are not compared.";
    this.#log({ type: "warning", message });
  }

  async #giveUp(why: string): Promise<void> {
    if (this.#isOver) return; // what fails then, fails because of that
    this.#log({ type: "warning", message: `--compare ends: ${why}` });
    await this.close();
  }
}

function laneServer(stack: Local): LaneServer {
  return {
    url: stack.url,
    async settled() {
      // Twice, for between two invocations nothing runs for a moment.
      for (let idle = 0; idle < 2; ) {
        idle = stack.isIdle ? idle + 1 : 0;
        await delay(LOOK_MS);
      }
    },
    close: () => stack.close(),
  };
}
