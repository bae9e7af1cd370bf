import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HttpRequest, HttpResponse } from "../http/message.js";
import type { OnLocalEvent } from "../local-event.js";
import type { RequestWatcher } from "./front-door.js";

/** Where people keep what `express.static` serves, below the folder of their program. */
const FOLDERS = ["public", "static", "client", "www", "dist", "build", "views", "src/public"];

/**
 * Only the files that its sources name lie beside a bundle, and `express.static` says nothing of one that is
 * missing: this says once that the file of a 404 is there, in the person's folder.
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
    const message = `GET ${path} is a 404, and there is ${join(folder, name)}. Beside the bundle are the files that the sources name, here and on AWS: where the program serves this one, name its folder (bundling: { files: ["${folder}"] } of the construct), or serve the folder as a page (--page ${folder}, and frontDoor: { page: "${folder}" }). See docs/http.md.`;
    this.#log({ type: "warning", message });
  }
}

/** "" for what is no file of a page: dots lead elsewhere, and without an extension it is a route. */
function fileOf(path: string): string {
  const name = path.endsWith("/") ? `${path}index.html` : path;
  return /^(?!.*\/[./])\/[\w./ -]+\.\w+$/.test(name) ? name.slice(1) : "";
}
