import { type EdgeRequest, type EdgeValue, isHidden } from "./edge-event.js";

const READ_ONLY = ["content-length", "host", "transfer-encoding", "via"];

/**
 * A URI with its query (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html).
 */
const MAX_URI = 8_192;

/** Why CloudFront refuses the request that a function returned; undefined where it takes it. */
export function refusalOf(before: EdgeRequest, after: unknown): string | undefined {
  if (!isRecord(after)) return "returned no request";
  const { method, uri, querystring, headers, cookies } = after;
  if (method !== before.method) return "changed the method, which is read-only";
  if (typeof uri !== "string" || !uri.startsWith("/"))
    return `set the uri ${JSON.stringify(uri)}, which begins with no slash`;
  const parts = { querystring, headers, cookies };
  for (const [name, values] of Object.entries(parts)) {
    if (!isRecord(values)) return `returned a request whose ${name} is no object`;
    const broken = Object.keys(values).find((key) => !isEdgeValue(values[key]));
    if (broken !== undefined) return `set ${name}.${broken} to something other than { value }`;
  }
  if (uri.length + queryLength(querystring as EdgeRequest["querystring"]) > MAX_URI) {
    return `made a URI of more than ${MAX_URI} characters`;
  }
  return headerRefusal(before.headers, headers as EdgeRequest["headers"]);
}

function headerRefusal(
  before: Readonly<Record<string, EdgeValue>>,
  after: Readonly<Record<string, EdgeValue>>,
): string | undefined {
  for (const name of Object.keys(after)) {
    if (name !== name.toLowerCase()) return `set the header ${name}, whose name is not in lower case`;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return `set a header of the name ${JSON.stringify(name)}`;
    if (isHidden(name) || name === "cookie") return `added the header ${name}`;
    if (valuesOf(after[name]).some((value) => /[\r\n\0]/.test(value))) return `put a line break into ${name}`;
  }
  const changed = READ_ONLY.find((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return changed === undefined ? undefined : `changed the header ${changed}, which is read-only`;
}

function queryLength(querystring: Readonly<Record<string, EdgeValue>>): number {
  return Object.entries(querystring).reduce(
    (sum, [name, values]) =>
      sum + valuesOf(values).reduce((length, value) => length + name.length + value.length + 2, 0),
    0,
  );
}

function valuesOf(values: EdgeValue | undefined): string[] {
  if (!values) return [];
  return (values.multiValue ?? [values]).map(({ value }) => value);
}

function isEdgeValue(value: unknown): boolean {
  if (!isRecord(value) || typeof value.value !== "string") return false;
  const { multiValue } = value;
  if (multiValue === undefined) return true;
  return (
    Array.isArray(multiValue) && multiValue.every((one) => isRecord(one) && typeof one.value === "string")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
