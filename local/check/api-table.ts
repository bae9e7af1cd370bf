import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ownPackage } from "../own-package.js";

/** A member of Socket.IO's API, as docs/socket-io-api.md has it. */
export interface ApiRow {
  /** `server`, `namespace`, `socket`, `adapter`, …; `option` for options, `event` for events. */
  readonly owner: string;
  readonly name: string;
  readonly here: "works" | "differs" | "cannot";
  /** The row's text, without its links. */
  readonly how: string;
}

let rows: readonly ApiRow[] | undefined;

/** Reads the table, so that what `check` says is what the document says. */
export function apiRows(): readonly ApiRow[] {
  rows ??= readRows(readFileSync(join(ownPackage().folder, "docs", "socket-io-api.md"), "utf8"));
  return rows;
}

export function rowOf(owner: string, name: string): ApiRow | undefined {
  return apiRows().find((row) => row.owner === owner && row.name === name);
}

function readRows(markdown: string): ApiRow[] {
  let heading = "";
  return markdown.split("\n").flatMap((line): ApiRow[] => {
    heading = /^## (.*)/.exec(line)?.[1] ?? heading;
    const [, member = "", here = "", how = ""] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (!line.startsWith("|") || !isHere(here)) return [];
    const spans = [...member.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
    return spans.map((code) => ({ ...memberOf(code, heading), here, how: plainText(how) }));
  });
}

function isHere(word: string): word is ApiRow["here"] {
  return word === "works" || word === "differs" || word === "cannot";
}

/** Of `server.compress(value)`: owner `server`, name `compress`. */
function memberOf(code: string, heading: string): Pick<ApiRow, "owner" | "name"> {
  const [, owner, name] = /^(\w+)\.([\w$]+)/.exec(code) ?? [];
  if (owner && name) return { owner, name };
  return { owner: /options/i.test(heading) ? "option" : "event", name: code.replace(/[^\w-].*$/, "") };
}

function plainText(how: string): string {
  return how
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .replaceAll("\\|", "|");
}
