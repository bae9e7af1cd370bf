/**
 * `npm run release -- patch|minor|major [--commit]`: shows a release, or makes its commit and its tag. It
 * publishes nothing (docs/decisions/release.md).
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { unreleasedNotes, withVersion } from "./changelog.js";
import { isStep, nextVersion, type Step } from "./next-version.js";

const CHANGELOG = "CHANGELOG.md";

/** A release that is not made, for a reason that its caller can remove. */
class Refusal extends Error {}

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { commit: { type: "boolean", default: false } },
  });
  const [step] = positionals;
  if (!isStep(step)) throw new Refusal("Usage: npm run release -- patch|minor|major [--commit]");
  const current: string = JSON.parse(readFileSync("package.json", "utf8")).version;
  const changelog = readFileSync(CHANGELOG, "utf8");
  const version = nextVersion(current, step);
  const notes = unreleasedNotes(changelog);
  if (notes === "")
    throw new Refusal(`${CHANGELOG} says nothing under "Unreleased": there is nothing to release.`);

  console.log(`${current} → ${version}\n\n${notes}\n`);
  if (values.commit) commit(version, step, changelog);
  else showPackage();
}

function showPackage(): void {
  const [{ files }] = JSON.parse(run("npm", "pack", "--dry-run", "--json")) as [{ files: PackedFile[] }];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const folders = new Map<string, number>();
  for (const { path } of files) {
    const [first = "", ...rest] = path.split("/");
    const place = rest.length > 0 ? `${first}/` : first;
    folders.set(place, (folders.get(place) ?? 0) + 1);
  }
  console.log(`The package: ${files.length} files, ${Math.round(bytes / 1024)} KB`);
  for (const [place, count] of folders) console.log(`  ${place.padEnd(20)} ${count}`);
  console.log("\nNothing was changed. Add --commit to write the version and the changelog, commit and tag.");
}

function commit(version: string, step: Step, changelog: string): void {
  if (run("git", "status", "--porcelain") !== "") throw new Refusal("Commit or stash your changes first.");
  writeFileSync(CHANGELOG, withVersion(changelog, version, new Date().toISOString().slice(0, 10)));
  run("npm", "version", step, "--no-git-tag-version");
  run("git", "commit", "--all", "--message", `chore: release ${version}`);
  run("git", "tag", "--annotate", `v${version}`, "--message", `v${version}`);
  console.log(`Committed and tagged v${version}. Push the tag when CI is green, then run npm publish.`);
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

try {
  main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
