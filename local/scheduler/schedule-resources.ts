import { functionNameIn } from "../lambda/function-resources.js";
import { isObject } from "../template/intrinsics.js";
import type { ResourceType } from "../template/resource-type.js";

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * `AWS::Scheduler::Schedule` with a rate and a function for its target; other expressions do not run here.
 */
export const schedule: ResourceType = {
  ref: (resource) => resource.logicalId,
  add(resource, model) {
    const match = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(resource.text("ScheduleExpression") ?? "");
    const target = resource.property("Target");
    const functionName = isObject(target) ? functionNameIn(String(target.Arn)) : undefined;
    if (!match || !functionName || !isObject(target)) {
      model.warnings.push(
        `${resource.name} does not run locally: only schedules with a rate that invoke a function do.`,
      );
      return;
    }
    model.schedules.push({
      everyMs: Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS],
      functionName,
      input: typeof target.Input === "string" ? JSON.parse(target.Input) : {},
    });
  },
};
