import { InvalidPropError } from "./errors.js";

/** Environments that a function may have at once, taken from the account's. */
export interface ReservedConcurrency {
  readonly app?: number;
  readonly deliver?: number;
}

/** A number is the app function's. @throws InvalidPropError */
export function validReservedConcurrency(given: number | ReservedConcurrency): ReservedConcurrency {
  const reserved = typeof given === "number" ? { app: given } : given;
  for (const [name, environments] of Object.entries(reserved)) {
    if (environments !== undefined && !isCount(environments)) {
      throw new InvalidPropError(
        "reservedConcurrency",
        `${environments} environments for ${name} cannot be.`,
        "Give a whole number, 1 or more, or leave it out to share the account's.",
      );
    }
  }
  return reserved;
}

/** @throws InvalidPropError */
export function validProvisionedConcurrency(
  provisioned: number | undefined,
  reserved: ReservedConcurrency,
): number | undefined {
  if (provisioned === undefined) return undefined;
  if (!isCount(provisioned)) {
    throw new InvalidPropError(
      "provisionedConcurrency",
      `${provisioned} environments cannot be kept warm.`,
      "Give a whole number, 1 or more, or leave it out to start environments as they are needed.",
    );
  }
  if (reserved.app !== undefined && provisioned > reserved.app) {
    throw new InvalidPropError(
      "provisionedConcurrency",
      `${provisioned} environments are more than the ${reserved.app} of reservedConcurrency.`,
      `Provision ${reserved.app} at most, or reserve ${provisioned}.`,
    );
  }
  return provisioned;
}

function isCount(environments: number): boolean {
  return Number.isInteger(environments) && environments >= 1;
}
