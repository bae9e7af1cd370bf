import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { costCommand } from "../../tools/cost/command.js";
import { simulateCommand } from "../../tools/simulate/command.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

describe.each([
  ["cost", costCommand],
  ["simulate", simulateCommand],
])("npm run %s", (name, command) => {
  it("explains every flag with its default and unit", () => {
    const help = command(["--help"]);
    expect(help).toContain(`npm run ${name} -- [options]`);
    const flags = help.split("\n").filter((line) => line.startsWith("  --"));
    expect(flags.length).toBeGreaterThan(10);
    for (const flag of flags.filter((line) => / N\b/.test(line))) expect(flag).toMatch(/Default: \d/);
    expect(help).toMatch(/--ping-seconds N .*Default: 300 seconds/);
  });

  it.each([
    [["--conections", "5"], "Unknown option '--conections'. See --help."],
    [["--connections", "many"], /^--connections takes a number from 1 to \d+, digits only, not "many"\.$/],
    [["--connections", "10,5k"], /^--connections takes a number .* not "(10,)?5k"\.$/],
    [["--connections", "0"], /^--connections takes a number from 1/],
    [["--mode", "fast"], '--mode takes concurrent or ordered, not "fast".'],
    [["10000"], /^Unexpected argument '10000'/],
  ])("refuses %j in one sentence", (args, message) => {
    expect(() => command(args)).toThrow(expect.objectContaining({ name: "UsageError" }));
    expect(() => command(args)).toThrow(message);
  });
});

describe("npm run cost", () => {
  it("prints each line, each rival and the verdict", () => {
    const text = costCommand(["--connections", "10000", "--rooms-of", "20", "--messages-per-second", "5"]);
    expect(text).toMatch(/API Gateway: messages to rooms +259\.2 M +\$1 \/ M messages +259/);
    for (const rival of [
      "AppSync Events",
      "Ably",
      "Pusher Channels",
      "Azure Web PubSub for Socket.IO",
      "Two Fargate tasks",
    ]) {
      expect(text).toMatch(new RegExp(`^${rival}.* [\\d,.]+$`, "m"));
    }
    expect(text).toMatch(/^Cheaper: Two Fargate tasks/m);
  });

  it("prints JSON with the source of each price", () => {
    const { ours, rivals, shape, currency } = JSON.parse(costCommand(["--connections", "7", "--json"]));
    expect(currency).toBe("USD");
    expect(shape.connections).toBe(7);
    expect(rivals).toHaveLength(5);
    for (const line of ours.lines) expect(line.price.source).toMatch(/\./);
  });

  it("ends with 2 and a sentence on stderr after a wrong flag", async () => {
    const failed = run(process.execPath, ["--import", "tsx", "tools/cost/cli.ts", "--connections", "-1"], {
      cwd: root,
    });
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^\S.*\.\n$/),
    });
  });
});

describe("npm run simulate", () => {
  it("prints the same on each run, and other latencies for another seed", () => {
    const size = ["--connections", "1000,2000"];
    expect(simulateCommand(size)).toBe(simulateCommand(size));
    expect(simulateCommand([...size, "--seed", "2"])).not.toBe(simulateCommand(size));
  });

  it("prints JSON with the sizes asked for", () => {
    const { sizes } = JSON.parse(simulateCommand(["--connections", "10,20", "--json"]));
    expect(sizes.map(({ connections }: { connections: number }) => connections)).toEqual([10, 20]);
  });
});
