import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** A client of the SDK, which shares nothing with the one under test. */
export function sdkOf({ endpoint }: { readonly endpoint: string }): DynamoDBClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
}
