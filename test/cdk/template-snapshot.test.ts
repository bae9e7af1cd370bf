import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { templateOf } from "./synthesize.js";

/**
 * The whole template, so that a new prop changes nothing for a stack that does not use it: a changed
 * logical id replaces a resource, and with a table all connections are lost. Where a change is meant, or
 * an upgrade of aws-cdk-lib brings one, `npx vitest run test/cdk/template-snapshot.test.ts --update`
 * writes it down, and the difference is for review.
 */
describe("the template of a stack without further props is what it was", () => {
  it("in concurrent mode", async () => {
    await expect(snapshotOf(templateOf({ routes: ["say"] }))).toMatchFileSnapshot(
      "snapshots/concurrent.snap",
    );
  });

  it("in ordered mode", async () => {
    await expect(snapshotOf(templateOf({ order: "ordered" }))).toMatchFileSnapshot("snapshots/ordered.snap");
  });
});

// The address is the distribution's, so another logical id is another address.
it("the template of a stack with a front door is what it was", async () => {
  await expect(snapshotOf(templateOf({ frontDoor: true }))).toMatchFileSnapshot("snapshots/front-door.snap");
});

/** Without what names the code, which changes with each line of it, and without CDK's own metadata. */
function snapshotOf(template: Template): string {
  const { Resources, Outputs } = template.toJSON();
  const isLeftOut = (key: string) => ["S3Key", "Metadata"].includes(key);
  return JSON.stringify({ Resources, Outputs }, (key, value) => (isLeftOut(key) ? undefined : value), 1);
}
