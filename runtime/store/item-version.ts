/**
 * The version of items that hold a session: connections, and sessions that their clients may recover.
 *
 * While a deployment goes on, or after a rollback, an environment may meet what newer code has stored. A
 * version that it does not know is refused rather than misread. Code that raises the version reads the
 * versions before it, too. The rows of rooms have none: a broadcast must not fail for one of them, so their
 * attributes only ever grow in number.
 */

import { ItemVersionError } from "../errors.js";
import type { AttributeValue } from "./dynamo-calls.js";

const ITEM_VERSION = 1;

export const VERSION_ATTRIBUTE = { version: { N: String(ITEM_VERSION) } } as const;

/** @throws ItemVersionError for an item that newer code has written. */
export function checkVersion(item: Readonly<Record<string, AttributeValue>>, what: string): void {
  const version = Number(item.version?.N);
  if (version !== ITEM_VERSION) throw new ItemVersionError(what, version);
}
