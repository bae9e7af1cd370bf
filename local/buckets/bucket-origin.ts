import { createHash } from "node:crypto";
import { extname } from "node:path";
import { CONTENT_TYPES } from "../http/content-types.js";
import { decodedPath, readFileIn } from "../http/files.js";
import { type HttpRequest, type HttpResponse, headerValue } from "../http/message.js";
import type { BucketDeployment, BucketModel } from "./bucket-resources.js";

/**
 * S3 as the origin of a distribution: the files that deployments bring into a bucket, read anew at each
 * request. A file that does not exist is a 403 where the bucket's policy does not let the reader list it,
 * else a 404. Not imitated: ranges, versions, `Last-Modified`, what anything but a deployment puts into the
 * bucket.
 */
export function bucketOrigin(model: BucketModel, localText: (text: string) => string) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    if (request.method !== "GET" && request.method !== "HEAD") return s3Error(405, "MethodNotAllowed");
    if (!model.allows.get) return s3Error(403, "AccessDenied");
    const path = decodedPath(request.path)?.slice(1);
    let found: Found | undefined;
    try {
      found = path === undefined ? undefined : await find(model, path, localText);
    } catch (error) {
      return s3Error(500, "InternalError", String(error));
    }
    if (!found) return model.allows.list ? s3Error(404, "NoSuchKey") : s3Error(403, "AccessDenied");
    const { content, metadata } = found;
    const etag = `"${createHash("md5").update(content).digest("hex")}"`;
    const headers = {
      "content-type": CONTENT_TYPES[extname(path ?? "")] ?? "binary/octet-stream",
      ...metadata,
      etag,
    };
    const isKnown = headerValue(request.headers, "if-none-match") === etag;
    return {
      status: isKnown ? 304 : 200,
      headers: Object.entries(headers),
      body: isKnown ? NOTHING : content,
    };
  };
}

const NOTHING = Buffer.alloc(0);

interface Found {
  readonly content: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The last deployment wins. */
async function find(
  { deployments }: BucketModel,
  key: string,
  localText: (text: string) => string,
): Promise<Found | undefined> {
  for (const deployment of [...deployments].reverse()) {
    const { folder, prefix, metadata } = deployment;
    if (!key.startsWith(prefix)) continue;
    const content = await readFileIn(folder, key.slice(prefix.length));
    if (content) return { content: withValues(content, deployment, localText), metadata };
  }
  return undefined;
}

function withValues(
  content: Buffer,
  { values, areInJson }: BucketDeployment,
  localText: (text: string) => string,
): Buffer {
  const markers = Object.entries(values).filter(([marker]) => content.includes(marker));
  if (markers.length === 0) return content;
  let text = content.toString();
  for (const [marker, value] of markers) {
    const local = localText(value);
    text = text.replaceAll(marker, () => (areInJson ? JSON.stringify(local).slice(1, -1) : local));
  }
  return Buffer.from(text);
}

function s3Error(status: number, code: string, message = ""): HttpResponse {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`;
  return { status, headers: [["Content-Type", "application/xml"]], body: Buffer.from(xml) };
}
