/**
 * Invokes a Lambda function asynchronously: it takes the event now and runs it later
 * (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 */
import { Tries } from "../async/tries.js";
import { AwsCallError } from "../errors.js";
import { awsDomain, type SignedCall, signedRequest } from "../http/signed-request.js";
import { triedRequest } from "../http/tried-request.js";

/**
 * `name` may be an ARN. Tries again what Lambda throttled or failed, and where no answer came (`Tries`): the
 * event may then run twice, as any asynchronous invocation may. @throws AwsCallError when Lambda did not take
 * the event.
 */
export async function invokeFunction(name: string, event: object): Promise<void> {
  const call: SignedCall = {
    service: "lambda",
    method: "POST",
    url: new URL(`${lambdaEndpoint()}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`),
    headers: { "x-amz-invocation-type": "Event" },
    body: JSON.stringify(event),
  };
  const what = `Invoking ${name} asynchronously`;
  const answer = await triedRequest(() => signedRequest(call), new Tries());
  if (answer instanceof Error) throw new AwsCallError(undefined, what, { cause: answer });
  if (answer.status !== 202) throw new AwsCallError(answer.status, what, { cause: new Error(answer.body) });
}

/** The SDKs' own variable first, as for a VPC endpoint. */
function lambdaEndpoint(): string {
  return process.env.AWS_ENDPOINT_URL_LAMBDA || `https://lambda.${awsDomain()}`;
}
