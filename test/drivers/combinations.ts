/** What is combined with what. Known to the app, which has namespaces for each, and to the suite. */
import { OPENED, type Opened } from "./apps/opened.js";

export const DRIVERS = ["nedb", "redis3", "redis", "postgres", "dynamodb"] as const;
export type DriverName = (typeof DRIVERS)[number];

/** How the app's code goes on when the database has answered, and so how it greets. */
export const STYLES = ["callback", "await", "then"] as const;
export type Style = (typeof STYLES)[number];

export interface Combination {
  readonly driver: DriverName;
  readonly style: Style;
  readonly opened: Opened;
}

export function combinations(drivers: readonly DriverName[]): Combination[] {
  return drivers.flatMap((driver) =>
    STYLES.flatMap((style) => OPENED.map((opened) => ({ driver, style, opened }))),
  );
}

/** A chat, or the lobby, which has the same store. */
export function namespaceOf(
  { driver, style, opened }: Combination,
  kind: "chat" | "lobby",
  id: string,
): string {
  return `/${driver}/${style}/${opened.replaceAll(" ", "-")}/${kind}/${id}`;
}
