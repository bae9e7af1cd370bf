/**
 * What a browser makes of an answer without a `Content-Type`, as `response.end(readFileSync("index.html"))`
 * sends one. An HTTP API puts `text/plain` there, and a page would be shown as its source.
 */

/** mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type */
const HTML =
  /^[\t\n\f\r ]*<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[ >])/i;
/** A browser looks no further. */
const SNIFFED_BYTES = 1_445;

/** `undefined` where the answer has a type, or a browser would show plain text as well. */
export function typeOfUntyped(
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  path: string,
): string | undefined {
  if ("content-type" in headers || body.length === 0) return undefined;
  // A style sheet needs no type, and is refused with a wrong one (html.spec.whatwg.org/#link-type-stylesheet)
  if (path.endsWith(".css")) return "text/css";
  if (headers["x-content-type-options"]?.toLowerCase() === "nosniff") return undefined;
  return HTML.test(body.toString("latin1", 0, SNIFFED_BYTES)) ? "text/html" : undefined;
}
