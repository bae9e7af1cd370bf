import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take the longest, measured for `docs/decisions/test-time.md`. Vitest knows durations from an
 * earlier run only. A clean checkout has none, so it would start with the largest files, and a contract suite
 * is a file of five lines.
 */
const LONGEST = [
  "package/package",
  "drivers/stack-4",
  "local/cli",
  "contract/kit-polling",
  "local/dev/load-error",
  "server-files/kinds",
  "contract/kit-warm",
  "page/page",
  "sessions/stack-4",
  "local/dev/user-stack",
  "contract/stack-4",
  "drivers/stack-1",
  "contract/kit-cold",
  "server-files/frameworks",
  "contract/kit-disturbed",
  "contract/stack-4-polling",
  "e2e/transports",
  "e2e/several-servers",
  "drivers/kit",
  "drivers/stock",
  "sessions/stack-1",
  "contract/recovery-stack-4",
  "contract/foreign-contexts-stack-1",
  "contract/foreign-contexts-stack-4",
];

/** So that nothing long is left for the end, when it would run beside idle cores. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const inOrder = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return place < 0 ? LONGEST.length : place;
    };
    return inOrder.sort((one, other) => rank(one) - rank(other));
  }
}
