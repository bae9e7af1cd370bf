import type { Behavior } from "./distribution.js";

/**
 * The first behavior whose pattern fits a path; the default behavior's fits every one. `*` stands for any
 * characters, `?` for one, capitals count, and a slash at the beginning may be missing. Source:
 * docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
 */
export function selectBehavior(behaviors: readonly Behavior[], path: string): Behavior | undefined {
  const canonical = canonicalPath(path);
  return behaviors.find(({ pathPattern }) => fits(pathPattern, canonical));
}

/**
 * Without `.`, `..` and empty segments, for the choice alone: the origin gets the path as it came (aws-facts
 * §11.3).
 */
function canonicalPath(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (![".", "..", ""].includes(segment)) kept.push(segment);
    else if (isLast) kept.push("");
  }
  return `/${kept.join("/")}`;
}

function fits(pattern: string, path: string): boolean {
  if (pattern === "*") return true;
  const absolute = pattern.startsWith("/") ? pattern : `/${pattern}`;
  const source = absolute
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(path);
}
