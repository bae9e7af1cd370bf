import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, sep } from "node:path";

export interface PageOptions {
  /** Folder that is served at `/`. */
  readonly folder: string;
  /** Asked at every request: a reload may bring another. */
  readonly stage: () => string;
}

/** How to connect, for the page and for people. `GET /stack.json` answers it. */
export interface ConnectionLines {
  /** Origin of the API, as `socket.io-client` takes it: `ws://localhost:3000`. */
  readonly url: string;
  /** `path` option of `socket.io-client`: `/prod`. */
  readonly path: string;
  /** A command for a terminal. */
  readonly wscat: string;
  /** An expression for a program. */
  readonly client: string;
}

const CLIENT_FOLDER = join(
  dirname(createRequire(import.meta.url).resolve("socket.io-client/package.json")),
  "dist",
);
const CLIENT_PATH = "/socket.io/";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export function connectionLines(authority: string, stage: string): ConnectionLines {
  const url = `ws://${authority}`;
  const path = `/${stage}`;
  return {
    url,
    path,
    wscat: `wscat -c ${url}${path}`,
    client: `io("${url}", { path: "${path}", transports: ["websocket"] })`,
  };
}

/**
 * Serves the example's page: the files of a folder at `/`, the browser builds of the installed `socket.io-client` at
 * `/socket.io/` (`socket.io.js`, `socket.io.esm.min.js`, …), and `/stack.json`, which says where to connect, under the very
 * name by which the browser reached the page. Nothing outside the two folders can be read. Files are read anew at each
 * request, so an edit shows at the next one.
 */
export function page({
  folder,
  stage,
}: PageOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(request, response, folder, stage()).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, ".txt", String(error));
    });
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  stage: string,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return send(response, 405, ".txt", "Only GET and HEAD are served here.");
  }
  const path = decodedPath(request.url ?? "/");
  if (path === "/stack.json") {
    const lines = connectionLines(request.headers.host ?? "localhost", stage);
    return send(response, 200, ".json", JSON.stringify(lines));
  }
  const file = path?.startsWith(CLIENT_PATH)
    ? fileIn(CLIENT_FOLDER, path.slice(CLIENT_PATH.length))
    : fileIn(folder, path?.endsWith("/") ? `${path}index.html` : path);
  const content = file && (await readFile(file).catch(ignoreMissing));
  if (file === undefined || content === undefined)
    return send(response, 404, ".txt", `Nothing at ${request.url}`);
  send(response, 200, extname(file), content);
}

function send(response: ServerResponse, status: number, extension: string, content: string | Buffer): void {
  response
    .writeHead(status, {
      "Content-Type": TYPES[extension] ?? "text/plain; charset=utf-8",
      "Content-Length": Buffer.byteLength(content),
      "Cache-Control": "no-cache",
      "X-Content-Type-Options": "nosniff",
    })
    // Node leaves the body out where the request was a HEAD.
    .end(content);
}

/** Undefined for a path that is no valid encoding. */
function decodedPath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? "/");
  } catch {
    return undefined;
  }
}

/** Undefined where the path leaves the folder, or could trick the file system (a NUL byte). */
function fileIn(folder: string, path: string | undefined): string | undefined {
  if (path === undefined || path.includes("\0")) return undefined;
  const file = join(folder, path);
  return file.startsWith(folder + sep) ? file : undefined;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "EISDIR" || error.code === "ENOTDIR") return undefined;
  throw error;
}
