import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unreleasedNotes, withVersion } from "../../tools/release/changelog.js";
import { nextVersion } from "../../tools/release/next-version.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHANGELOG = "# Changelog\n\n## Unreleased\n\n- A new thing.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n";

describe("a release", () => {
  it("has the notes that stand under Unreleased", () => {
    expect(unreleasedNotes(CHANGELOG)).toBe("- A new thing.");
    expect(unreleasedNotes("## Unreleased\n\n## 0.1.0\n\n- Old.\n")).toBe("");
    expect(() => unreleasedNotes("# Changelog\n")).toThrow("Unreleased");
    expect(unreleasedNotes(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"))).toMatch(/\S/);
  });

  it("leaves an empty Unreleased part for what comes next", () => {
    const dated = withVersion(CHANGELOG, "0.2.0", "2026-12-01");
    expect(dated).toContain("## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n- A new thing.\n\n## 0.1.0");
    expect(unreleasedNotes(dated)).toBe("");
  });

  it.each([
    ["0.1.9", "patch", "0.1.10"],
    ["0.1.9", "minor", "0.2.0"],
    ["0.1.9", "major", "1.0.0"],
  ] as const)("goes from %s by %s to %s", (from, step, to) => {
    expect(nextVersion(from, step)).toBe(to);
  });
});

describe("npm run release", () => {
  let folder: string;
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  const release = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tools/release/cli.ts", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
  const version = () => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "release-"));
    cpSync(join(ROOT, "tools", "release"), join(folder, "tools", "release"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "x", version: "0.1.0", type: "module" }),
    );
    writeFileSync(join(folder, ".gitignore"), "node_modules\n");
    writeFileSync(join(folder, "CHANGELOG.md"), CHANGELOG);
    git("init", "--quiet");
    git("config", "user.name", "Kim");
    git("config", "user.email", "kim@example.org");
    git("add", ".");
    git("commit", "--quiet", "--message", "feat: a new thing");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("shows a release and changes nothing", () => {
    const { status, stdout } = release("minor");
    expect(status).toBe(0);
    expect(stdout).toContain("0.1.0 → 0.2.0\n\n- A new thing.\n");
    expect(stdout).toMatch(/The package: \d+ files/);
    expect(git("status", "--porcelain")).toBe("");
    expect(version()).toBe("0.1.0");
  });

  it("commits and tags with --commit", () => {
    expect(release("patch", "--commit").status).toBe(0);
    expect(version()).toBe("0.1.1");
    expect(git("log", "-1", "--format=%s")).toBe("chore: release 0.1.1");
    expect(git("tag", "--points-at", "HEAD")).toBe("v0.1.1");
    expect(git("status", "--porcelain")).toBe("");
    expect(release("patch").stderr).toContain('nothing under "Unreleased"');
  });

  it("commits nothing over changes that are not committed", () => {
    writeFileSync(join(folder, "new.txt"), "");
    const { status, stderr } = release("patch", "--commit");
    expect([status, stderr.trim()]).toEqual([2, "Commit or stash your changes first."]);
    expect(version()).toBe("0.1.0");
  });

  it("refuses a step that does not exist", () => {
    expect(release("big").stderr).toContain("patch|minor|major");
  });
});
