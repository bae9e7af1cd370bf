export const STEPS = ["patch", "minor", "major"] as const;
export type Step = (typeof STEPS)[number];

export function isStep(word: string | undefined): word is Step {
  return STEPS.some((step) => step === word);
}

/** `0.1.0` and `minor` make `0.2.0` (semver.org). Versions of this project have no suffix. */
export function nextVersion(version: string, step: Step): string {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  if (patch === undefined) throw new Error(`The version is "${version}", not three numbers.`);
  if (step === "major") return `${Number(major) + 1}.0.0`;
  if (step === "minor") return `${major}.${Number(minor) + 1}.0`;
  return `${major}.${minor}.${Number(patch) + 1}`;
}
