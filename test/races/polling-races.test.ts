/**
 * A real client with default options on the real runtime, in virtual time: each call of DynamoDB, each
 * request, frame and event comes late by chance, and some come twice or not at all; WebSockets and
 * environments die. `SEED=n` runs one again and tells what happened, `RUNS=n` so many from there.
 */
import type { Server, Socket as ServerSocket } from "socket.io";
import { Manager } from "socket.io-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { GoneError } from "../../runtime/errors.js";
import type { Address } from "../../runtime/store/store.js";
import { transportsIn } from "./client-transports.js";
import { VirtualTime } from "./virtual-time.js";
import { type Troubles, World } from "./world.js";

const current = vi.hoisted(() => ({
  time: undefined as
    | undefined
    | {
        readonly delay: (...args: never[]) => unknown;
        readonly at: (ms: number, run: () => void) => () => void;
      },
}));

vi.mock("node:timers/promises", async (original) => ({
  ...(await original<object>()),
  setTimeout: (...args: never[]) => current.time?.delay(...args),
}));

vi.mock("node:timers", async (original) => ({
  ...(await original<object>()),
  setTimeout: (run: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) =>
    current.time?.at(ms, () => run(...args)),
  clearTimeout: (cancel?: () => void) => cancel?.(),
}));

const SEED = process.env.SEED;
const FIRST = Number(SEED ?? Math.floor(Math.random() * 1e9));
const RUNS = Number(process.env.RUNS ?? (SEED === undefined ? 200 : 1));
/** On a busy machine there are fewer runs. */
const PATIENCE_MS = process.env.RUNS === undefined ? 15_000 : Number.POSITIVE_INFINITY;
const SENDERS = 3;
const PACKETS = 10;
const SAYS = 5;
const HELLOS = [0, 1, 2];
const MINUTE_MS = 60_000;

const CALM: Troubles = {
  lostTableAnswers: 0,
  repeatedGets: 0.3,
  lostAnswers: 0,
  lostDisconnects: 0,
  slowWireMs: 0,
  repeatedEvents: 0.1,
};

const ROUGH: Troubles = {
  lostTableAnswers: 0.1,
  repeatedGets: 0.3,
  lostAnswers: 0.01,
  lostDisconnects: 0.2,
  slowWireMs: 0,
  repeatedEvents: 0.2,
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("a client with default options, whatever comes late", () => {
  it(`gets and sends each packet once and in order (SEED=${FIRST})`, async () => {
    console.log(`polling-races: SEED=${FIRST}`);
    const outcomes = new Map<string, number>();
    const until = performance.now() + PATIENCE_MS;
    for (let seed = FIRST; seed < FIRST + RUNS && performance.now() < until; seed++) {
      const run = new Run(seed);
      const { faults, outcome } = await run.play();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (faults.length > 0 || RUNS === 1) console.log(run.history());
      expect(faults, `SEED=${seed}`).toEqual([]);
    }
    console.log(Object.fromEntries(outcomes));
  });
});

class Run {
  readonly #time: VirtualTime;
  readonly #world: World;
  readonly #heard: number[] = [];
  readonly #got = new Map<string, number[]>();
  #address: Address | undefined;
  #told: string | undefined;
  /** What senders were told to have reached nobody. */
  /**
   * A packet may be refused and have arrived, where the session ends right behind the answer that has it. A
   * client that recovers names the last packet that it has, so it gets none of these again.
   */
  readonly #refused: string[] = [];

  constructor(readonly seed: number) {
    this.#time = new VirtualTime(seed);
    const troubles = this.#time.chance(0.5) ? CALM : ROUGH;
    const slowWireMs = this.#time.chance(0.2) ? 700 : 0;
    this.#world = new World(this.#time, { ...troubles, slowWireMs }, (io) => this.#app(io));
  }

  history(): string {
    return this.#world.history.join("\n");
  }

  async play(): Promise<{ faults: string[]; outcome: string }> {
    const time = this.#time;
    current.time = time as never;
    vi.spyOn(Date, "now").mockImplementation(() => Math.floor(time.now));
    vi.spyOn(performance, "now").mockImplementation(() => time.now);
    vi.spyOn(Math, "random").mockImplementation(time.random);
    vi.stubGlobal("setTimeout", (run: () => void, ms = 1) => {
      const cancel = time.at(ms, run);
      return { unref() {}, ref() {}, cancel };
    });
    vi.stubGlobal("clearTimeout", (timer?: { cancel?: () => void }) => timer?.cancel?.());
    try {
      return await this.#play();
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllGlobals();
    }
  }

  #app(io: Server): void {
    io.of("/other").on("connection", (socket: ServerSocket) => {
      for (const number of HELLOS) socket.emit("n", "other", number);
    });
    io.on("connection", (socket: ServerSocket) => {
      const { id } = socket.conn as unknown as { id: string };
      this.#address ??= { connectionId: id, endpoint: "http://sim/prod", protocol: "engine.io" };
      for (const number of HELLOS) socket.emit("n", "hello", number);
      socket.on("say", (number: number) => {
        this.#heard.push(number);
        socket.emit("n", "echo", number);
      });
    });
  }

  async #play(): Promise<{ faults: string[]; outcome: string }> {
    const time = this.#time;
    const world = this.#world;
    const [polling, webSocket] = transportsIn(world, (id) => {
      if (time.chance(0.25)) time.at(time.between(0, time.chance(0.5) ? 60 : 600), () => this.#lose(id));
    });
    const manager = new Manager("http://sim", {
      transports: (time.chance(0.4) ? [polling] : [polling, webSocket]) as never,
      reconnection: false,
      autoConnect: false,
    });
    const client = manager.socket("/");
    client.on("n", (from: string, number: number) => {
      this.#got.set(from, [...(this.#got.get(from) ?? []), number]);
    });
    client.on("disconnect", (reason) => this.#isTold(reason));
    client.on("connect_error", (error) => this.#isTold(error.message));
    const other = manager.socket("/other");
    other.on("n", (_from: string, number: number) => void this.#got.get("other")?.push(number));
    this.#got.set("other", []);
    // Some while the client pauses, so that its CONNECT follows right behind the `5`.
    time.at(time.between(0, 400), () => void other.connect());
    if (time.chance(0.15)) time.at(time.between(0, 400), () => world.kill());
    if (time.chance(0.1)) this.#openSecondProbe(manager);
    for (let minute = 1; minute < 12; minute++) time.at(minute * MINUTE_MS, () => void world.heartbeat());
    const done: boolean[] = [];
    client.once("connect", () => {
      world.tell("is connected");
      void this.#say(client).then(() => done.push(true));
      for (let sender = 0; sender < SENDERS; sender++)
        void this.#send(`s${sender}`).then(() => done.push(true));
    });
    client.connect();
    const hasAll = () => this.#missing().length === 0 && done.length === SENDERS + 1;
    await time.run(() => hasAll() || this.#told !== undefined, 12 * MINUTE_MS);
    // What is late comes now, and must not come twice.
    await time.run(() => false, 3_000);
    const transport = client.connected ? manager.engine.transport.name : "";
    const faults = this.#faults(client.connected);
    client.removeAllListeners();
    other.removeAllListeners();
    manager.engine?.removeAllListeners();
    return { faults, outcome: this.#told === undefined ? transport : `told: ${this.#told}` };
  }

  #lose(id: string): void {
    this.#world.breaks.push("a WebSocket was lost");
    this.#world.drop(id);
  }

  #isTold(reason: string): void {
    this.#told ??= reason;
    this.#world.tell(`is told: ${reason}`);
  }

  async #say(client: { emit(event: string, number: number): unknown }): Promise<void> {
    for (let number = 0; number < SAYS; number++) {
      await this.#time.delay(this.#time.latency());
      client.emit("say", number);
    }
  }

  /** As the queue of an event does: one after another. */
  async #send(from: string): Promise<void> {
    const delivery = this.#world.sender();
    for (let number = 0; number < PACKETS; number++) {
      await this.#time.delay(this.#time.latency());
      if (!this.#address) throw new Error("The client is connected, and no handler has run.");
      try {
        await delivery.post(this.#address, [`42${JSON.stringify(["n", from, number])}`]);
      } catch (error) {
        if (!(error instanceof GoneError)) throw error;
        this.#refused.push(`${from}:${number}`);
      }
    }
  }

  /** A second WebSocket with the client's sid, which probes and says no more. */
  #openSecondProbe(manager: Manager): void {
    const { time, world } = { time: this.#time, world: this.#world };
    time.at(time.between(5, 300), () => {
      const { id } = manager.engine as unknown as { id?: string };
      if (id === undefined) return;
      const second = world.open(`ws://sim/socket.io/?EIO=4&transport=websocket&sid=${id}`);
      world.breaks.push("a second probe");
      second.onopen = () => second.send("2probe");
    });
  }

  #expected(): Map<string, number> {
    const senders = Array.from({ length: SENDERS }, (_, index) => [`s${index}`, PACKETS] as const);
    const greetings = [["hello", HELLOS.length] as const, ["other", HELLOS.length] as const];
    return new Map([...greetings, ["echo", SAYS], ...senders]);
  }

  #missing(): string[] {
    return [...this.#expected()].flatMap(([from, count]) => {
      const got = this.#got.get(from)?.length ?? 0;
      return got < count ? [`${from}: ${got} of ${count}`] : [];
    });
  }

  #faults(isConnected: boolean): string[] {
    const faults: string[] = [];
    for (const [from, numbers] of this.#got) {
      if (new Set(numbers).size < numbers.length) faults.push(`${from} doubled: ${numbers}`);
      const isEcho = from === "echo"; // of events that run side by side
      if (!isEcho && numbers.some((number, index) => number !== index))
        faults.push(`${from} has lost or mixed: ${numbers}`);
    }
    if (new Set(this.#heard).size < this.#heard.length) faults.push(`heard doubled: ${this.#heard}`);
    if (this.#told === undefined) {
      if (!isConnected) faults.push("the client hangs");
      faults.push(...this.#missing());
      if (this.#heard.length < SAYS) faults.push(`heard ${this.#heard}`);
      if (this.#refused.length > 0) faults.push(`refused: ${this.#refused}`);
    } else if (this.#world.breaks.length === 0) {
      faults.push(`the client is told ${this.#told}, and nothing broke`);
    }
    return faults;
  }
}
