/** The part of a changelog that has no version yet, in the form of Keep a Changelog. */

const HEADING = "## Unreleased\n";

/** What stands under "Unreleased", without the heading. Empty if nothing does. */
export function unreleasedNotes(changelog: string): string {
  const [, after] = changelog.split(HEADING);
  if (after === undefined) throw new Error('The changelog has no heading "## Unreleased".');
  const [notes = ""] = after.split(/^## /m);
  return notes.trim();
}

/** The changelog with a version and a day for what was unreleased, and an empty part for what comes next. */
export function withVersion(changelog: string, version: string, day: string): string {
  return changelog.replace(HEADING, `${HEADING}\n## ${version} (${day})\n`);
}
