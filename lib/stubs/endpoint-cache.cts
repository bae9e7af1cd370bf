/**
 * Stands in for `@aws-sdk/endpoint-cache` where the AWS SDK imports it, for endpoint
 * discovery: the DynamoDB client makes one when it is made, but none of its commands discovers
 * endpoints any more (client-dynamodb 3.1164).
 *
 * Leaves out 8 KB, `mnemonist` with it.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

function refuse(): never {
  throw new NotOnLambdaError(
    "Endpoint discovery",
    "DynamoDB does without it: unset AWS_ENABLE_ENDPOINT_DISCOVERY.",
  );
}

class EndpointCache {
  get = refuse;
  set = refuse;
  getEndpoint = refuse;
}

export = { EndpointCache };
