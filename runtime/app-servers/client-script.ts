/**
 * The client's script, at the path where every page asks for it: `/socket.io/socket.io.js` and its kin, as
 * `serveClient` of socket.io 4.8 serves them (`index.ts`, `serve`). The construct puts the files beside the
 * bundle (`lib/client-files.ts`).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Server } from "socket.io";
import { CLIENT_FILES } from "../contract.js";
import { compressed } from "../polling/compressed.js";
import type { HttpEvent, HttpResult } from "../polling/http-event.js";
import { servesScript } from "./app-servers.js";

/** The name of the file that a path asks for. */
export function scriptAt(io: Server, path: string): string | undefined {
  const prefix = `${io.path()}/`;
  const name = path.slice(prefix.length);
  return path.startsWith(prefix) && CLIENT_FILES.names.includes(name) && servesScript(io) ? name : undefined;
}

/**
 * Resolves with `undefined` where the bundle has no such file. The version of the client is its ETag, so a
 * browser that has it gets 304 without a body.
 */
export async function answerScript(name: string, { headers }: HttpEvent): Promise<HttpResult | undefined> {
  const folder = join(import.meta.dirname, CLIENT_FILES.folder);
  const read = (file: string) => readFile(join(folder, file), "utf8").catch(() => undefined);
  const version = await read(CLIENT_FILES.version);
  if (version === undefined) return undefined;
  const etag = `"${version}"`;
  const asked = headers["if-none-match"];
  if (asked === etag || asked === `W/${etag}`) return { statusCode: 304, headers: {}, body: "" };
  const body = await read(name);
  if (body === undefined) return undefined;
  const type = name.endsWith(".map") ? "json" : "javascript";
  const own = {
    "cache-control": "public, max-age=0",
    "content-type": `application/${type}; charset=utf-8`,
    etag,
  };
  return compressed({ statusCode: 200, headers: own, body }, 0, headers["accept-encoding"]);
}
