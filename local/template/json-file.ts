import { readFileSync } from "node:fs";
import { TemplateError } from "../errors.js";
import { isObject } from "./intrinsics.js";

export function readJsonFile(file: string): Record<string, unknown> {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isObject(value)) throw new TemplateError(`${file} holds no JSON object.`);
  return value;
}
