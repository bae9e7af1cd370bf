/**
 * What one event does for a connection, however many would: its greeting, and its end. The item bears the
 * mark of the event that does it, and since when: an event that has died over it is followed by another one
 * 45 s later.
 */

import { randomUUID } from "node:crypto";
import { DynamoError } from "../errors.js";
import { conditionMet } from "./condition.js";
import { changeOfLiving } from "./connection-changes.js";
import { attributeNames, checkItem, fromItem, keyOf } from "./connection-item.js";
import type { DynamoClient } from "./dynamo-calls.js";
import { VERSION_ATTRIBUTE } from "./item-version.js";
import { readItem } from "./read-item.js";
import type { ConnectionStore } from "./store.js";
import { UpdateExpression } from "./update-expression.js";

export function dynamoClaims(
  client: DynamoClient,
  table: string,
): Pick<ConnectionStore, "claim" | "forget" | "forgetLater" | "claimGreeting"> {
  return {
    async claim(connectionId) {
      const mark = randomUUID();
      const send = (update: UpdateExpression) =>
        client.call(
          "UpdateItem",
          // What cannot be read stays for the code that can.
          takenBy(mark, "claimed", update.requireEqual(["version"], VERSION_ATTRIBUTE.version)).toInput(
            table,
            keyOf(connectionId),
            "ALL_OLD",
          ),
        );
      const claimed = send(new UpdateExpression()).catch((error: unknown) => {
        if (!isFull(error)) throw error;
        // It makes room of what only its own answer tells. If we die, the handlers run again without the
        // handshake.
        return send(new UpdateExpression().remove("handshake"));
      });
      if (await conditionMet(claimed)) {
        const item = (await claimed).Attributes ?? {};
        return { kind: item.isTold ? "leftover" : "ours", stored: fromItem(item) };
      }
      const item = await readItem(client, table, keyOf(connectionId));
      if (item) checkItem(item);
      return { kind: item ? "taken" : "missing" };
    },

    async forget(connectionId) {
      await client.call("DeleteItem", { TableName: table, Key: keyOf(connectionId) });
    },

    async forgetLater(connectionId) {
      const update = new UpdateExpression().requireExists("claimedBy").set(["isTold"], { BOOL: true });
      await update.write(client, table, keyOf(connectionId));
    },

    async claimGreeting(connectionId) {
      const names = attributeNames("/");
      // The session is not there, and was not there before.
      const update = changeOfLiving().requireMissing(names.session).requireMissing(names.endedBy);
      const taken = takenBy(randomUUID(), "greeted", update);
      return taken.write(client, table, keyOf(connectionId));
    },
  };
}

/**
 * Longer than any event may take (29 s), shorter than Lambda's pause before it repeats an asynchronous one (a
 * minute, `aws-facts.md` §8).
 */
const TAKEN_OVER_MS = 45_000;

function takenBy(mark: string, what: "claimed" | "greeted", update: UpdateExpression): UpdateExpression {
  const [by, at, now, own] = [`${what}By`, `${what}At`, Date.now(), { S: mark }];
  return update
    .requireMissingOrOwn(by, own, { name: at, isBelow: { N: String(now - TAKEN_OVER_MS) } })
    .set([by], own)
    .set([at], { N: String(now) });
}

/** DynamoDB has a sentence of its own for it, and no error of its own. */
function isFull(error: unknown): boolean {
  return (
    error instanceof DynamoError && error.code === "ValidationException" && /item size/i.test(error.message)
  );
}
