/** Calls to DynamoDB that wait until the test lets them go. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * The next call of a command whose input has the text waits. Resolves with what lets it go, when it has come.
 */
export function hold(client: DynamoDBClient, command: string, text: string): Promise<() => void> {
  return new Promise((tell) => {
    let isNext = true;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (isNext && commandName === command && JSON.stringify(args.input).includes(text)) {
            isNext = false;
            await new Promise<void>((letGo) => tell(letGo));
          }
          return next(args);
        },
      { step: "initialize", name: `hold ${command} ${text}` },
    );
  });
}
