import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HttpRequest, HttpResponse } from "../http/message.js";
import type { OnLocalEvent } from "../local-event.js";
import type { RequestWatcher } from "./front-door.js";

/** Where people keep what `express.static` serves, below the folder of their program. */
const FOLDERS = ["public", "static", "client", "www", "dist", "build", "views", "src/public", ""];

/**
 * A bundle has no files beside it, and `express.static` says nothing of one that is missing: this says once
 * that the file of a 404 is there, in the person's folder.
 */
export class MissingFiles implements RequestWatcher {
  readonly #project: string;
  readonly #log: OnLocalEvent;
  #isTold = false;

  /** @param project the folder of the program */
  constructor(project: string, log: OnLocalEvent) {
    this.#project = project;
    this.#log = log;
  }

  asked(): void {}

  answered({ method, path }: HttpRequest, { status }: HttpResponse): void {
    if (this.#isTold || status !== 404 || method !== "GET") return;
    const name = fileOf(path);
    if (name === "") return;
    const folder = FOLDERS.find((each) => existsSync(join(this.#project, each, name)));
    if (folder === undefined) return;
    this.#isTold = true;
    const page = folder === "" ? "FOLDER" : folder;
    const message = `GET ${path} is a 404, and there is ${join(folder, name)}: files beside the program are not in its bundle, here and on AWS. Serve them as a page (--page ${page}, and frontDoor: { page: "${page}" } in the stack), or have bundling copy them: see docs/http.md.`;
    this.#log({ type: "warning", message });
  }
}

/** "" for what is no file of a page: dots lead elsewhere, and without an extension it is a route. */
function fileOf(path: string): string {
  const name = path.endsWith("/") ? `${path}index.html` : path;
  return /^(?!.*\/[./])\/[\w./ -]+\.\w+$/.test(name) ? name.slice(1) : "";
}
