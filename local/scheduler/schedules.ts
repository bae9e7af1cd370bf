import type { Lambda } from "../lambda/lambda.js";
import type { ScheduleModel } from "../template/resource-type.js";

const MINUTE_MS = 60_000;

/** EventBridge Scheduler: invokes functions asynchronously, each at its rate. */
export class Schedules {
  #timers: NodeJS.Timeout[] = [];

  /** `minuteMs`: how many milliseconds a minute of a schedule takes. */
  constructor(
    private readonly lambda: Pick<Lambda, "invokeAsync">,
    private readonly minuteMs: number,
  ) {}

  /** Takes the place of all schedules so far. The first call of each comes after one interval, as on AWS. */
  deploy(schedules: readonly ScheduleModel[]): void {
    this.close();
    this.#timers = schedules.map(({ everyMs, functionName, input }) =>
      setInterval(() => this.lambda.invokeAsync(functionName, input), (everyMs / MINUTE_MS) * this.minuteMs),
    );
  }

  close(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }
}
