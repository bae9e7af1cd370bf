import type { RunningApi } from "./gateways.js";
import type { StackModel } from "./template/template.js";

/** What of a stack has addresses. */
export type AddressedStack = Pick<StackModel, "region" | "distributions" | "httpApis">;

/** A text of the template with this machine's addresses in the place of AWS's. */
export function localAddresses(text: string, stack: AddressedStack, apis: readonly RunningApi[]): string {
  const { region } = stack;
  return apis.reduce(
    (replaced, { apiId, url, endpoint }) => {
      const host = `${apiId}.execute-api.${region}.amazonaws.com`;
      return replaced
        .replaceAll(`wss://${host}`, new URL("/", url).href.slice(0, -1))
        .replaceAll(`https://${host}`, new URL("/", endpoint).href.slice(0, -1));
    },
    frontDoorAddresses(text, stack, apis),
  );
}

/** The addresses of a distribution and of the HTTP APIs behind it are one here. */
function frontDoorAddresses(text: string, stack: AddressedStack, apis: readonly RunningApi[]): string {
  let replaced = text;
  for (const { apiId, domainName, aliases, origins } of stack.distributions) {
    const url = apis.find((api) => api.apiId === apiId)?.frontDoor?.url;
    if (url === undefined) continue;
    const hosts = [...origins.values()].map((origin) => origin.domainName);
    const behind = hosts.filter((host) => stack.httpApis.some((api) => host.startsWith(`${api.apiId}.`)));
    for (const host of [domainName, ...aliases, ...behind]) {
      replaced = replaced
        .replaceAll(`https://${host}`, url)
        .replaceAll(`wss://${host}`, url.replace(/^http/, "ws"));
    }
  }
  return replaced;
}
