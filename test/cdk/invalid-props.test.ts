import { Duration } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { InvalidPropError, type SocketIoApiProps } from "../../lib/index.js";
import { fixture, templateOf } from "./synthesize.js";

describe("SocketIoApi refuses at synth", () => {
  it.each<[what: string, prop: keyof SocketIoApiProps, props: Partial<SocketIoApiProps>, says: RegExp]>([
    [
      "an app that does not exist",
      "app",
      { app: "no/such/app.ts" },
      /there is no file .*app\.ts.*Give the path/,
    ],
    ["an app that is a folder", "app", { app: fixture("") }, /there is no file/],
    ["a route named $connect", "routes", { routes: ["$connect"] }, /"\$connect" begins with "\$".*Remove it/],
    ["any route that begins with $", "routes", { routes: ["$own"] }, /keeps for itself/],
    ["a route without a name", "routes", { routes: [""] }, /empty name/],
    ["a route that stands twice", "routes", { routes: ["say", "say"] }, /"say" stands there twice/],
    [
      "more than 300 routes",
      "routes",
      { routes: Array.from({ length: 298 }, (_, index) => `route-${index}`) },
      /298 routes and the 3 built-in ones exceed API Gateway's 300/,
    ],
    [
      "an order that does not exist",
      "order",
      { order: "strict" as never },
      /there is no "strict".*"concurrent".*"ordered"/,
    ],
    ["a stage name with a slash", "stageName", { stageName: "a/b" }, /refuses "a\/b".*letters, digits/],
    ["an empty stage name", "stageName", { stageName: "" }, /refuses ""/],
    ["a stage name of 129 characters", "stageName", { stageName: "s".repeat(129) }, /1 to 128/],
    ["the stage $default", "stageName", { stageName: "$default" }, /refuses "\$default"/],
    ["a timeout above 29 s", "timeout", { timeout: Duration.seconds(30) }, /30 s cannot be.*from 1 to 29/],
    ["a timeout of no whole second", "timeout", { timeout: Duration.millis(1500) }, /1\.5 s cannot be/],
    ["no timeout at all", "timeout", { timeout: Duration.seconds(0) }, /0 s cannot be/],
  ])("%s", (_, prop, props, says) => {
    const error = thrownBy(() => templateOf(props));
    expect(error).toBeInstanceOf(InvalidPropError);
    expect(error).toMatchObject({ name: "InvalidPropError", prop, message: expect.stringMatching(says) });
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}
