/**
 * Stands in for `@smithy/core/event-streams`, which `@smithy/core` imports when an
 * operation streams events: none of DynamoDB's does (client-dynamodb 3.1164). An app that
 * brings another client of AWS gets the original.
 *
 * Leaves out 16 KB.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

function refuse(): never {
  throw new NotOnLambdaError("Streaming events", "no operation of DynamoDB does so.");
}

export = { EventStreamSerde: refuse, eventStreamSerdeProvider: refuse };
