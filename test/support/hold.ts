/** Calls to DynamoDB that wait until the test lets them go. */
import type { CallName, DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { aroundCalls } from "./around-calls.js";

/** The next such call whose input has the text waits. Resolves with what lets it go, when it has come. */
export function hold(client: DynamoClient, name: CallName, text: string): Promise<() => void> {
  return new Promise((tell) => {
    let isNext = true;
    aroundCalls(client, async (call, called, input) => {
      if (isNext && called === name && JSON.stringify(input).includes(text)) {
        isNext = false;
        await new Promise<void>((letGo) => tell(letGo));
      }
      return call();
    });
  });
}
