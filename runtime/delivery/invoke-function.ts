/** Invokes a Lambda function asynchronously: it takes the event now and runs it later (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
import { setTimeout as delay } from "node:timers/promises";
import { AwsCallError } from "../errors.js";
import { requireVariable, type SignedCall, signedRequest } from "./signed-request.js";
import { isTransient } from "./transient.js";

const MAX_TRIES = 4;

/** Pauses are random up to 50, 100 and 200 ms. */
const FIRST_PAUSE_MS = 50;

/**
 * Tries again what Lambda throttled or failed, and where no answer came: the event may then run twice, as any asynchronous
 * invocation may. @throws AwsCallError when Lambda did not take the event.
 */
export async function invokeFunction(name: string, event: object): Promise<void> {
  const base =
    process.env.AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${requireVariable("AWS_REGION")}.amazonaws.com`;
  const call: SignedCall = {
    service: "lambda",
    method: "POST",
    url: new URL(`${base}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`),
    headers: { "x-amz-invocation-type": "Event" },
    body: JSON.stringify(event),
  };
  const what = `Invoking ${name} asynchronously`;
  for (let tries = 1; ; tries++) {
    const answer = await signedRequest(call).catch((error: unknown) => error as Error);
    const isLast = tries === MAX_TRIES;
    if (answer instanceof Error) {
      if (isLast) throw new AwsCallError(undefined, what, { cause: answer });
    } else {
      const { status, body } = answer;
      if (status === 202) return;
      if (!isTransient(status) || isLast) throw new AwsCallError(status, what, { cause: new Error(body) });
    }
    await delay(Math.random() * FIRST_PAUSE_MS * 2 ** (tries - 1));
  }
}
