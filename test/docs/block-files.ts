/**
 * Writes the documentation's code blocks into a folder of the project, so that they can be
 * compiled and imported.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type CodeBlock, type Document, ROOT } from "./documents.js";

/** The package's own entry points, as files: what `exports` in `package.json` says, or will say. */
const ENTRY_POINTS = {
  "socket.io-lambda": "runtime/index.ts",
  "socket.io-lambda/cdk": "lib/index.ts",
  "socket.io-lambda/emitter": "runtime/emitter/index.ts",
  "socket.io-lambda/testing": "local/testing.ts",
} as const;

export interface WrittenBlock extends CodeBlock {
  readonly document: Document;
  readonly file: string;
}

export interface BlockFiles {
  readonly folder: string;
  readonly blocks: readonly WrittenBlock[];
  remove(): void;
}

/**
 * Each document gets a folder, so that its later blocks can import its app as `./app.js`.
 * `replacements` are made in the code: a client's URL.
 */
export function writeBlocks(documents: readonly Document[], name: string): BlockFiles {
  const folder = join(ROOT, ".local", `docs-${name}-${process.pid}`);
  const blocks = documents.flatMap((document) =>
    document.blocks
      .filter(({ language }) => language === "ts" || language === "js")
      .map((block): WrittenBlock => {
        const base = block.use === "app" ? "app" : `line-${block.line}`;
        return { ...block, document, file: join(folder, document.name, `${base}.${block.language}`) };
      }),
  );
  for (const { file, code } of blocks) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, isFragment(code) ? fragment(code) : code);
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(compilerOptions(folder)));
  return { folder, blocks, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Rewrites what a block imports and says, so that it runs here: our own package by its
 * files, AWS's address and that of `npm start` by `url`, a person's app by the example's.
 */
export function runnable(block: WrittenBlock, url = ""): string {
  const file = block.file.replace(/(\.\w+)$/, "-run$1");
  const code = block.code
    .replace(/from "(socket\.io-lambda[^"]*)"/g, (_all, name: keyof typeof ENTRY_POINTS) => {
      const path = relative(dirname(file), join(ROOT, ENTRY_POINTS[name])).replaceAll("\\", "/");
      return `from "${path.replace(/\.ts$/, ".js")}"`;
    })
    .replace('"src/app.ts"', JSON.stringify(join(ROOT, "examples", "chat", "app.ts")))
    .replace(/wss:\/\/[\w.-]+\.amazonaws\.com|http:\/\/localhost:3000/g, url);
  // What the test looks at afterwards.
  const names = ["socket", "stack"].filter((name) => new RegExp(`^const ${name} = `, "m").test(code));
  writeFileSync(file, names.length > 0 ? `${code}\nexport { ${names.join(", ")} };\n` : code);
  return file;
}

function isFragment(code: string): boolean {
  return !/^(import|export) /m.test(code);
}

function fragment(code: string): string {
  return [
    'import { Server } from "socket.io";',
    "export const io = new Server();",
    'io.on("connection", async (socket) => {',
    code,
    "});",
    "",
  ].join("\n");
}

function compilerOptions(folder: string): object {
  const paths = Object.entries(ENTRY_POINTS).map(([name, file]) => [name, [join(ROOT, file)]]);
  return {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: {
      allowJs: true,
      checkJs: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      paths: Object.fromEntries(paths),
    },
    include: [join(folder, "**/*.ts"), join(folder, "**/*.js")],
    exclude: [join(folder, "**/*-run.*")],
  };
}
