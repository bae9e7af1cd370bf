import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { type Connectable, STACK_JSON, sendStackJson } from "./connection-lines.js";
import { LocalError } from "./errors.js";
import { CONTENT_TYPES } from "./http/content-types.js";
import { decodedPath, readFileIn } from "./http/files.js";
import { readHead } from "./http/message.js";

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

export interface PageOptions {
  /** Folder that is served at `/`. */
  readonly folder: string;
  /** Asked at every request: a reload may bring another. */
  readonly api: () => Connectable;
  /** Answers what the page has no file for. @default 404, and 405 for methods other than GET and HEAD */
  readonly otherwise?: Serve;
}

const CLIENT_PATH = "/socket.io/";

/**
 * Serves a page: the files of a folder at `/`, the browser builds of the installed `socket.io-client` at
 * `/socket.io/` (`socket.io.js`, `socket.io.esm.min.js`, …), and `/stack.json`, which says where to
 * connect, under the very name by which the browser reached the page. Throws `LocalError` where
 * `socket.io-client` is not installed. Nothing outside the two folders can be read. Files are read anew at
 * each request, so an edit shows at the next one.
 */
export function page({ folder, api, otherwise = refuse }: PageOptions): Serve {
  if (!existsSync(folder)) throw new LocalError(`There is no folder ${folder}, which --page names.`);
  const clientFolder = findClient(folder);
  return (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return otherwise(request, response);
    const path = decodedPath(readHead(request).path);
    if (path === STACK_JSON) return sendStackJson(api(), request, response);
    findFile(path, folder, clientFolder).then(
      (file) => {
        if (file) send(response, 200, file.extension, file.content);
        else otherwise(request, response);
      },
      (error: unknown) => send(response, 500, ".txt", String(error)),
    );
  };
}

/** The client that the page's own folder would get, else the one beside this package. */
function findClient(folder: string): string {
  for (const from of [join(folder, "index.html"), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve("socket.io-client/package.json")), "dist");
    } catch {
      // Not installed there.
    }
  }
  throw new LocalError("A page needs socket.io-client beside it: npm i -D socket.io-client");
}

async function findFile(path: string | undefined, folder: string, clientFolder: string) {
  if (path === undefined) return undefined;
  const isClients = path.startsWith(CLIENT_PATH);
  const name = isClients ? path.slice(CLIENT_PATH.length) : path.endsWith("/") ? `${path}index.html` : path;
  const content = await readFileIn(isClients ? clientFolder : folder, name);
  return content && { content, extension: extname(name) };
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === "GET" || request.method === "HEAD") {
    send(response, 404, ".txt", `Nothing at ${request.url}`);
  } else {
    response.setHeader("Allow", "GET, HEAD");
    send(response, 405, ".txt", "Only GET and HEAD are served here.");
  }
}

function send(response: ServerResponse, status: number, extension: string, content: string | Buffer): void {
  response
    .writeHead(status, {
      "Content-Type": typeOf(extension),
      "Content-Length": Buffer.byteLength(content),
      "Cache-Control": "no-cache",
      "X-Content-Type-Options": "nosniff",
    })
    // Node leaves the body out where the request was a HEAD.
    .end(content);
}

function typeOf(extension: string): string {
  const type = CONTENT_TYPES[extension] ?? "text/plain";
  return /^(text\/|application\/json)/.test(type) ? `${type}; charset=utf-8` : type;
}
