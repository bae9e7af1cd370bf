export * from "./answers.js";
import { missing } from "./answers.js";

export const more = missing;
