/**
 * Lambda's Extensions API for an environment that runs one event after another: it tells of the next one as
 * soon as it is asked, as Lambda does under load. Requests are numbered as `run.ts` does.
 */
import { response } from "../mock/http.js";

const PREFIX = "/2020-01-01/extension/";
const IDENTIFIER = ["lambda-extension-identifier: 00000000-0000-0000-0000-000000000000"];

let requests = 0;

/** Undefined where the path is of another service. */
export function extensionAnswer(path: string): string | undefined {
  if (!path.startsWith(PREFIX)) return undefined;
  if (path.endsWith("/register")) {
    requests = 0;
    return response("200 OK", IDENTIFIER, "{}");
  }
  requests++;
  return response("200 OK", [], JSON.stringify({ eventType: "INVOKE", requestId: `request-${requests}` }));
}
