import { checkedFaults } from "./check-faults.js";
import type { Fault, FaultControl, FaultOptions, OnFault } from "./fault-options.js";
import { Random } from "./random.js";

type OptionsEndingWith<Suffix extends string> = Extract<keyof FaultOptions, `${string}${Suffix}`>;

/** Options that are milliseconds. */
export type FaultTime = OptionsEndingWith<"Ms">;
/** Options that are shares. */
export type FaultShare = Exclude<keyof FaultOptions, FaultTime | "seed">;

const DEFAULT_TIMES: Partial<Record<FaultTime, number>> = {
  dbSlowMs: 1000,
  postSlowMs: 1000,
  killWithinMs: 20,
  jumpEveryMs: 60_000,
};

/**
 * The faults that are switched on, and the dice that say where they strike. Those who can go wrong ask it.
 */
export class Faults implements FaultControl {
  readonly #onFault: OnFault;
  readonly #onChange: (() => void)[] = [];
  #options: Partial<FaultOptions> = {};
  #random = new Random(0);

  /** @throws FaultOptionsError */
  constructor(options: Partial<FaultOptions> = {}, onFault: OnFault = () => {}) {
    this.#onFault = onFault;
    this.set(options);
  }

  set(options: Partial<FaultOptions>): void {
    this.#options = checkedFaults(options);
    if (options.seed !== undefined) this.#random = new Random(options.seed);
    for (const listener of this.#onChange) listener();
  }

  stop(): void {
    this.set({});
  }

  /** Calls `listener` now and after each change. */
  watch(listener: () => void): void {
    this.#onChange.push(listener);
    listener();
  }

  /** Whether one of these kinds is switched on. */
  has(kinds: readonly FaultShare[]): boolean {
    return kinds.some((kind) => (this.#options[kind] ?? 0) > 0);
  }

  /** Throws the dice of one kind. */
  strikes(kind: FaultShare): boolean {
    const share = this.#options[kind] ?? 0;
    return share > 0 && this.#random.next(kind) < share;
  }

  /**
   * The first of these kinds that strikes, where only one can. All dice are thrown, so that
   * none depends on another kind.
   */
  firstOf<Kind extends FaultShare>(kinds: readonly Kind[]): Kind | undefined {
    return kinds.filter((kind) => this.strikes(kind))[0];
  }

  /** A time of that option, in milliseconds; 0 where it is not given and has no default. */
  ms(time: FaultTime): number {
    return this.#options[time] ?? DEFAULT_TIMES[time] ?? 0;
  }

  /** At random between 0 and that option. */
  randomMs(time: FaultTime): number {
    const ms = this.ms(time);
    return ms > 0 ? this.#random.next(time) * ms : 0;
  }

  /** True or false, as likely. */
  either(name: string): boolean {
    return this.#random.next(name) < 0.5;
  }

  /** Tells of a fault that has struck. */
  report(fault: Fault): void {
    this.#onFault(fault);
  }
}
