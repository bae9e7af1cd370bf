import { networkInterfaces } from "node:os";
import { connectionLines } from "../connection-lines.js";
import type { LocalApi } from "../start.js";

export interface FirstScreen {
  readonly version: string;
  /** What runs: the app's file, or `cdk.json`; as the person would type it. */
  readonly app?: string | undefined;
  readonly readyMs: number;
  readonly environments: number;
  readonly apis: readonly LocalApi[];
  readonly pageUrl?: string | undefined;
  /** `127.0.0.1:9229` */
  readonly inspectorAddress?: string | undefined;
  /** The address that was asked for. */
  readonly host?: string | undefined;
  /** What keys do; none without a terminal. */
  readonly keys?: string | undefined;
  readonly colors: boolean;
}

const NAME_WIDTH = 12;

/**
 * What a person sees when the stack is ready. The line for Socket.IO is the first: a plain WebSocket URL
 * pasted into `io()` names a namespace, not a path, and does not connect. Each line runs as it stands.
 */
export function firstScreen(screen: FirstScreen): string {
  const { version, app, readyMs, environments, apis, pageUrl, inspectorAddress, host, keys, colors } = screen;
  const paint = (code: string, text: string) => (colors ? `\x1b[${code}m${text}\x1b[0m` : text);
  const dim = (text: string) => paint("2", text);
  const bold = (text: string) => paint("1", text);
  const row = (name: string, value: string) => `  ${dim(name.padEnd(NAME_WIDTH))}${value}`;

  const each = environments === 1 ? "1 environment" : `${environments} environments`;
  const about = `ready in ${readyMs} ms, ${each} a function`;
  const title = [bold("socket.io-lambda"), dim(version), app, dim(about)].filter(Boolean).join("  ");
  const blocks = apis.map(({ name, ...api }) => {
    const { client, wscat } = connectionLines(new URL(api.url).host, api);
    const lines = [row("Socket.IO", client), row("WebSocket", wscat)];
    return (apis.length > 1 ? [`  ${bold(name)}`, ...lines] : lines).join("\n");
  });
  const rest = [
    pageUrl && row("Page", pageUrl),
    ...networkUrls(host, pageUrl ?? apis[0]?.frontDoor?.url ?? apis[0]?.url).map((url) =>
      row("Network", url),
    ),
    inspectorAddress &&
      row("Debugger", `${inspectorAddress}  ${dim("chrome://inspect, or attach your editor")}`),
  ].filter((line) => line);
  const details = apis.length > 1 ? [...blocks, rest.join("\n")] : [[...blocks, ...rest].join("\n")];
  const parts = [`  ${title}`, ...details, keys && `  ${dim(keys)}`].filter((part) => part);
  return `\n${parts.join("\n\n")}\n\n`;
}

/** Where other machines find it, if it listens for them. */
function networkUrls(host: string | undefined, url: string | undefined): string[] {
  if (url === undefined || (host !== "0.0.0.0" && host !== "::")) return [];
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => url.replace("localhost", address));
}
