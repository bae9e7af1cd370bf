/**
 * Calls DynamoDB over connections that outlive the event that opened them. One client an environment.
 *
 * Why not the SDK's client: it took half of an event's CPU, and half of the bundle
 * (docs/decisions/dynamodb-by-hand.md).
 *
 * Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
import { setTimeout as delay } from "node:timers/promises";
import { Tries } from "../async/tries.js";
import { DynamoError, EnvironmentError } from "../errors.js";
import { HttpPool } from "../http/http-pool.js";
import type { Answer } from "../http/http-response.js";
import { awsDomain, type Identity, signedRequest } from "../http/signed-request.js";
import { isTransient } from "../http/transient.js";
import type { CallName, DynamoClient } from "./dynamo-calls.js";
import { Slots } from "./slots.js";

/**
 * DynamoDB answers within milliseconds. Without this an answer that never comes, as over a connection that
 * died while the environment was frozen, would cost the whole event.
 */
const SILENCE_MS = 2_000;

/**
 * As many as there are connections. What comes beyond waits in places of our own: those that come again are
 * served first.
 */
const CALLS_AT_ONCE = 50;

/** A BatchGetItem gives 16 MB of items, and their bytes come as base64. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface DynamoClientOptions {
  /** `https://dynamodb.eu-west-1.amazonaws.com`. @default the SDKs' own variables, or the region's */
  readonly endpoint?: string;
  /** Who calls. @default the function */
  readonly identity?: Identity;
}

export function createDynamoClient({
  endpoint = regionalEndpoint(),
  identity,
}: DynamoClientOptions = {}): DynamoClient {
  const url = new URL(endpoint);
  const limits = { maxSockets: CALLS_AT_ONCE, silenceMs: SILENCE_MS, maxAnswerBytes: MAX_ANSWER_BYTES };
  const pool = new HttpPool(url, limits);
  const slots = new Slots(CALLS_AT_ONCE);

  function send(name: CallName, body: string): Promise<Answer> {
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${name}`,
    };
    return signedRequest({ service: "dynamodb", method: "POST", url, headers, body, identity }, pool);
  }

  return {
    async call(name, input) {
      const body = JSON.stringify(input);
      const tries = new Tries();
      for (;;) {
        const answer = await slots
          .run(tries.count > 0, () => send(name, body))
          .catch((error: unknown) => error as Error);
        if (!(answer instanceof Error) && answer.status === 200) return JSON.parse(answer.body);
        if (answer instanceof EnvironmentError) throw answer;
        const { error, isFinal } = failure(name, answer, tries.count + 1);
        const pauseMs = isFinal ? undefined : tries.next();
        if (pauseMs === undefined) throw error;
        await delay(pauseMs);
      }
    },
  };
}

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html: "OK to retry? Yes". */
const THROTTLED = /^(ProvisionedThroughputExceeded|Throttling|RequestLimitExceeded|ReplicatedWriteConflict)/;

function failure(name: CallName, answer: Answer | Error, tries: number) {
  if (answer instanceof Error)
    return { error: new DynamoError(name, tries, {}, { cause: answer }), isFinal: false };
  const { status, body } = answer;
  const reason = reasonIn(body);
  return {
    error: new DynamoError(name, tries, { status, ...reason }),
    isFinal: !isTransient(status) && !THROTTLED.test(reason.code),
  };
}

/** `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"…"}` */
function reasonIn(body: string): { readonly code: string; readonly message: string } {
  try {
    const { __type = "", message, Message = "" } = JSON.parse(body);
    return { code: String(__type).split("#").pop() ?? "", message: message ?? Message };
  } catch {
    return { code: "", message: body.slice(0, 200) };
  }
}

/** The SDKs' own variables first, as for a VPC endpoint. */
function regionalEndpoint(): string {
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = process.env;
  return AWS_ENDPOINT_URL_DYNAMODB || AWS_ENDPOINT_URL || `https://dynamodb.${awsDomain()}`;
}
