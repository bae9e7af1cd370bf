import { expect, it } from "vitest";
import { FunctionError, ThrottledError } from "../../local/errors.js";
import { AsyncInvocations } from "../../local/lambda/async-invocations.js";
import { invocationRecord } from "../../local/lambda/invocation-record.js";

const failure = new FunctionError("fn", {
  name: "TypeError",
  message: "no",
  stack: "TypeError: no\n    at x",
});

it("an event that is given up is handed over with its last error and the number of its invocations", async () => {
  const errors = [failure, new ThrottledError("fn"), failure];
  const given = await new Promise((resolve) => {
    new AsyncInvocations({
      async invoke() {
        throw errors.shift();
      },
      retriesOf: () => 1,
      onError: () => {},
      onExhausted: (...all) => resolve(all),
      retryDelaysMs: [1],
    }).invoke("fn", { the: "event" });
  });
  expect(given).toEqual(["fn", { the: "event" }, failure, 2]);
});

it("the record of a failed invocation has the shape that Lambda sends to a destination", () => {
  const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:fn";
  expect(
    invocationRecord({ functionName: "fn", functionArn, event: { a: 1 }, error: failure, invokeCount: 3 }),
  ).toEqual({
    version: "1.0",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    requestContext: {
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      functionArn: `${functionArn}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    },
    requestPayload: { a: 1 },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType: "TypeError", errorMessage: "no", trace: ["TypeError: no", "    at x"] },
  });
});
