/** Names of stages. Knows nothing of CDK, so that the command line can use it too. */

/**
 * API Gateway's limits:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const STAGE_NAME = /^[\w-]{1,128}$/;

export const STAGE_NAME_RULE = "Use 1 to 128 letters, digits, hyphens and underscores.";

export function isStageName(text: string): boolean {
  return STAGE_NAME.test(text);
}
