import type { AwsIntegration, CallService, WebSocketApi } from "./api.js";
import { NoMappingTemplateError } from "./errors.js";
import type { ProxyEvent } from "./events.js";
import { renderTemplate } from "./mapping-template.js";
import { compileSelection } from "./routes.js";

/**
 * Makes a request of a message by the integration's mapping template and hands it to the service. The
 * request is handed over before this returns, so requests enter the service in the order of their
 * messages (on AWS: unconfirmed). What the service answers is dropped: without a route response a client
 * hears nothing of a success (aws-facts §5).
 *
 * @throws NoMappingTemplateError if no template matches and the message may not pass as it is
 * @throws MappingTemplateError if the template cannot be rendered
 * @throws whatever the service refused with
 */
export async function callAws(
  callService: CallService,
  integration: AwsIntegration,
  api: WebSocketApi,
  event: ProxyEvent,
): Promise<void> {
  const { uri, headers } = integration;
  const text = event.body ?? "";
  const template = templateFor(integration, text);
  const { requestContext: context } = event;
  const stageVariables = api.stageVariables ?? {};
  const body =
    template === undefined ? text : renderTemplate(template, { body: text, context, stageVariables });
  await callService({ uri, headers, body });
}

/** The template for a message; undefined if it passes through as it is. */
function templateFor(integration: AwsIntegration, text: string): string | undefined {
  const { templateSelectionExpression: expression, requestTemplates, passthroughBehavior } = integration;
  const key = expression === undefined ? undefined : compileSelection(expression)(text);
  if (key !== undefined && Object.hasOwn(requestTemplates, key)) return requestTemplates[key];
  const hasTemplates = Object.keys(requestTemplates).length > 0;
  if (passthroughBehavior === "NEVER" || (passthroughBehavior === "WHEN_NO_TEMPLATES" && hasTemplates)) {
    throw new NoMappingTemplateError(key);
  }
  return undefined;
}
