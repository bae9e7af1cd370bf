/** Raw HTTP requests, and what of their answers a client sees. */
import { request as httpRequest, type IncomingMessage } from "node:http";

export interface Asked {
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  /** Those that clients and browsers act on. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

const MATTER = /^(content-type|content-encoding|cache-control|vary|set-cookie|access-control-.*|x-test-.*)$/;

/** On a connection of its own. */
export async function ask(
  url: string,
  { method = "GET", headers = {}, body }: Asked = {},
): Promise<Answered> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false });
    request.once("response", resolve).once("error", reject).end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const mattering = Object.entries(response.headers).filter(([name]) => {
    // API Gateway gives an empty body a type where the function gives none.
    return MATTER.test(name) && !(name === "content-type" && bytes.length === 0);
  });
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(mattering.map(([name, value]) => [name, value ?? ""])),
    body: response.headers["content-encoding"] ? bytes.toString("base64") : bytes.toString(),
  };
}
