import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import LongestFirst from "./test/longest-first.js";
import { sharingFiles } from "./test/sharing.js";

const SHARING = sharingFiles();

export default defineConfig({
  // The example imports this package by its name, as `paths` in tsconfig.json lets it.
  resolve: {
    alias: [
      {
        find: /^socket\.io-lambda$/,
        replacement: fileURLToPath(new URL("runtime/index.ts", import.meta.url)),
      },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: SHARING },
      },
      { extends: true, test: { name: "sharing", include: SHARING, isolate: false } },
    ],
    // Most tests wait more than they compute: with four at once, two cores were idle for almost half of the time.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    // What takes a second on a quiet machine may take twenty on a busy one. A test that
    // hangs fails all the same.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // Of 7,000 tests over sockets and threads, one may meet a pause of the machine. The gate asks such a test
    // once more, and names it at the end; what is wrong fails twice. On a developer's machine each failure
    // counts.
    retry: process.env.CI ? 1 : 0,
    setupFiles: ["test/support/patience.ts"],
    expect: { poll: { timeout: 20_000 } },
    // `npm run coverage`: a lower bound, for what runs in worker threads does not count
    // (docs/decisions/coverage.md).
    coverage: {
      provider: "v8",
      include: ["runtime/**/*.ts", "lib/**/*.ts"],
      reporter: ["text"],
      reportOnFailure: true,
      thresholds: { statements: 92, branches: 85, functions: 91, lines: 94 },
    },
    reporters: ["default", "./test/summary-reporter.ts"],
    // The stack under test prints what its functions print.
    onConsoleLog: (log) => !log.includes("NodeVersionSupportWarning"),
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      // The CDK validates each template that it makes, which takes four fifths of a test: `validation.test.ts`
      // lets it do so.
      CDK_VALIDATION: "false",
    },
  },
});
