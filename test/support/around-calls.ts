/** What happens around the calls to DynamoDB that a client makes. */
import type { CallName, DynamoClient } from "../../runtime/store/dynamo-calls.js";

export interface AnyInput {
  ReturnConsumedCapacity?: string;
  readonly TableName?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<
    Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }>
  >;
}

// biome-ignore lint/suspicious/noExplicitAny: of seven calls, whose answers a test knows
export type AnyAnswer = any;

export type AroundCall = (
  call: () => Promise<AnyAnswer>,
  name: CallName,
  input: AnyInput,
) => Promise<AnyAnswer>;

/** `around` decides whether, when and how often a call is made, and what comes of it. */
export function aroundCalls(client: DynamoClient, around: AroundCall): void {
  const { call } = client;
  client.call = (name, input) => around(() => call(name, input), name, input);
}
