import { describe, expect, it } from "vitest";
import { type Bill, doubts } from "../../tools/cost/bill.js";
import { breakEvenMessagesPerSecond, compare } from "../../tools/cost/compare.js";
import { PRICES, type Price } from "../../tools/cost/prices.js";
import { ably } from "../../tools/cost/rivals/ably.js";
import { appSyncEvents } from "../../tools/cost/rivals/appsync-events.js";
import { azureWebPubSub } from "../../tools/cost/rivals/azure-web-pubsub.js";
import { fargate } from "../../tools/cost/rivals/fargate.js";
import { pusher } from "../../tools/cost/rivals/pusher.js";
import { socketIoLambda } from "../../tools/cost/socket-io-lambda.js";
import { shape, usdOf } from "./shapes.js";

describe("the price table", () => {
  const prices = Object.values(PRICES).flatMap((group): Price[] => Object.values(group));

  it("gives each price a source and the month it was read", () => {
    expect(prices.length).toBeGreaterThan(20);
    for (const { source, date, usd, per } of prices) {
      expect(source).toMatch(/\S+/);
      expect(date).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
      expect(usd).toBeGreaterThan(0);
      expect(per).toBeGreaterThan(0);
    }
  });
});

describe("the bill of socket.io-lambda", () => {
  it("charges 1,000 connections that stay all month 43.2 M connection minutes, $10.80", () => {
    expect(usdOf(socketIoLambda(shape()), /connection minutes/)).toBeCloseTo(10.8, 6);
  });

  it("charges a connection-month of pings $0.207 every 25 s and $0.0173 every 5 min", () => {
    const pings = (pingSeconds: number) =>
      usdOf(socketIoLambda(shape({ connections: 1, pingSeconds })), /pings/);
    expect(pings(25)).toBeCloseTo(0.20736, 6);
    expect(pings(300)).toBeCloseTo(0.01728, 6);
  });

  it("charges 5 messages/s to rooms of 20 as 12.96 M messages in and 259.2 M out", () => {
    const bill = socketIoLambda(shape({ messagesPerSecond: 5, roomsOf: 20 }));
    expect(usdOf(bill, /messages from clients/)).toBeCloseTo(12.96, 6);
    expect(usdOf(bill, /messages to rooms/)).toBeCloseTo(259.2, 6);
  });

  it("charges what lies beyond 1,000 M messages $0.80 a million", () => {
    const bill = socketIoLambda(
      shape({ connections: 1, pingSeconds: 7_200, messagesPerSecond: 100, sessionMinutes: 120 }),
    );
    // 360 sessions of 4 + 2 + 1 frames, 360 pings of 2, 259.2 M messages in and 20 times as many out.
    const frames = 360 * 7 + 360 * 2 + 259_200_000 * 21;
    const expected = 1_000 + ((frames - 1e9) / 1e6) * 0.8;
    expect(usdOf(bill, /API Gateway: (?!connection minutes)/)).toBeCloseTo(expected, 4);
  });

  it("counts a message over 32 KB as two", () => {
    const small = socketIoLambda(shape({ messageBytes: 32_768 }));
    const large = socketIoLambda(shape({ messageBytes: 32_769 }));
    expect(usdOf(large, /messages/)).toBeCloseTo(2 * usdOf(small, /messages/), 6);
  });

  it("reads one unit for the item and one for a room of 20 with each message, and writes nothing", () => {
    const silent = socketIoLambda(shape({ messagesPerSecond: 0 }));
    const one = socketIoLambda(shape({ messagesPerSecond: 1 }));
    expect(usdOf(one, /reads/) - usdOf(silent, /reads/)).toBeCloseTo(2.592 * 2 * 0.125, 6);
    expect(usdOf(one, /DynamoDB: writes/)).toBeCloseTo(usdOf(silent, /DynamoDB: writes/), 9);
  });

  it("adds a queue in ordered mode and changes no other line", () => {
    const concurrent = socketIoLambda(shape());
    const ordered = socketIoLambda(shape({ mode: "ordered" }));
    expect(ordered.lines.filter(({ what }) => !what.startsWith("SQS"))).toEqual(concurrent.lines);
    // 12.96 M messages, 8.64 M pongs, 720,000 sessions of 3 events: three requests each;
    // and 648,000 idle polls.
    const requests = 3 * (12.96 + 8.64 + 0.72 * 3) + 0.648;
    expect(usdOf(ordered, /SQS/)).toBeCloseTo(requests * 0.5, 6);
  });

  it("adds a write for each message with recovery", () => {
    const bill = socketIoLambda(shape({ recovery: true }));
    expect(usdOf(bill, /recovery/)).toBeCloseTo((12.96 + 0.72) * 0.625, 6);
  });

  it("costs half where clients are there half of the day, where servers cost the same but for their traffic", () => {
    const allDay = shape();
    const halfDay = shape({ hoursPerDay: 12 });
    expect(socketIoLambda(halfDay).usd).toBeCloseTo((socketIoLambda(allDay).usd ?? 0) / 2, 6);
    const fixed = /tasks|ElastiCache|load balancer$|IPv4/;
    expect(usdOf(fargate(halfDay), fixed)).toBeCloseTo(usdOf(fargate(allDay), fixed), 9);
  });
});

describe("the rivals' bills", () => {
  it("AppSync Events: publishes, deliveries, connects, subscribes and minutes", () => {
    const bill = appSyncEvents(shape({ messageBytes: 1 }));
    const operations = 12.96 + 259.2 + 0.72 * 2;
    expect(usdOf(bill, /^(?!data)/)).toBeCloseTo(operations + 43.2 * 0.08, 6);
  });

  it("Ably: the package, 21 messages for each one sent, minutes of connections and channels", () => {
    const bill = ably(shape());
    expect(bill.usd).toBeCloseTo(29 + 12.96 * 21 * 2.5 + 43.2 * 1 + 43.2 / 20, 6);
    expect(usdOf(ably(shape({ connections: 10_001 })), /package/)).toBe(399);
  });

  it("Pusher: the smallest plan that holds both the connections and the messages, or no list price", () => {
    expect(pusher(shape({ connections: 100, messagesPerSecond: 0.1 })).usd).toBe(0);
    // 5 messages/s to 20 are 9.07 M a day.
    expect(pusher(shape({ connections: 100 })).usd).toBe(299);
    expect(pusher(shape({ connections: 30_001 })).usd).toBeUndefined();
  });

  it("Azure: units of 1,000 connections in the sizes that exist, and messages beyond those included", () => {
    const units = (connections: number) =>
      usdOf(azureWebPubSub(shape({ connections, messagesPerSecond: 0 })), /^units/) / (1.61 * 30);
    expect([1, 1_000, 1_001, 2_001, 10_001, 100_000, 101_000].map(units).map(Math.round)).toEqual([
      1, 1, 2, 5, 20, 100, 101,
    ]);
    expect(usdOf(azureWebPubSub(shape()), /beyond/)).toBeCloseTo(12.96 * 21 - 30, 6);
  });

  it("Fargate: two tasks of the smallest size of which one suffices, then more of the largest", () => {
    expect(fargate(shape({ connections: 2_500 })).lines[0]?.what).toBe("2 tasks: 0.25 vCPU each");
    expect(fargate(shape({ connections: 10_000 })).lines[0]?.what).toBe("2 tasks: 1 vCPU each");
    expect(fargate(shape({ connections: 30_000 })).lines[0]?.what).toBe("4 tasks: 1 vCPU each");
  });
});

describe("every bill", () => {
  const all = (changes: Parameters<typeof shape>[0]): Bill[] => {
    const { ours, rivals } = compare(shape(changes));
    return [ours, ...rivals];
  };

  it.each([
    ["connections", [10, 1_000, 5_000, 20_000]],
    ["messagesPerSecond", [0, 1, 10, 40]],
    ["roomsOf", [2, 20, 100]],
    ["messageBytes", [10, 2_049, 5_121, 33_000]],
    ["hoursPerDay", [1, 8, 24]],
  ] as const)("never falls as %s grows", (key, values) => {
    const bills = values.map((value) => all({ connections: 500, [key]: value }));
    for (let next = 1; next < bills.length; next++) {
      bills[next]?.forEach(({ name, usd = Number.POSITIVE_INFINITY }, index) => {
        // Channel minutes of Ably fall as rooms grow; the messages outweigh them.
        expect(usd, name).toBeGreaterThanOrEqual(
          (bills[next - 1]?.[index]?.usd ?? Number.POSITIVE_INFINITY) - 1e-9,
        );
      });
    }
  });

  it("is the sum of its lines", () => {
    for (const { lines, usd } of all({})) {
      if (usd !== undefined) expect(lines.reduce((sum, line) => sum + line.usd, 0)).toBeCloseTo(usd, 9);
    }
  });

  it("says what is unconfirmed about its prices", () => {
    const [, appSync] = all({});
    expect(appSync && doubts(appSync)).toContain("the steps of 5 KB");
  });
});

describe("the verdict", () => {
  it("names everything that is cheaper, the cheapest first, with the share saved", () => {
    const { ours, rivals, verdict } = compare(shape({ connections: 10_000 }));
    const cheaper = rivals
      .filter(({ usd = Number.POSITIVE_INFINITY }) => usd < (ours.usd ?? 0))
      .sort((a, b) => (a.usd ?? 0) - (b.usd ?? 0));
    expect(cheaper.length).toBeGreaterThan(1);
    cheaper.forEach(({ name, usd = 0 }, index) => {
      const saved = Math.round((1 - usd / (ours.usd ?? 0)) * 100);
      expect(verdict[index]).toContain(`Cheaper: ${name}, `);
      expect(verdict[index]).toContain(` ${saved} % less than socket.io-lambda`);
    });
  });

  it("says so where nothing that runs Socket.IO is cheaper", () => {
    const { verdict } = compare(shape({ connections: 150, messagesPerSecond: 0.02, hoursPerDay: 8 }));
    expect(verdict).toContainEqual(expect.stringMatching(/^Nothing that runs Socket.IO apps is cheaper/));
    expect(verdict).toContainEqual(expect.stringMatching(/^Cheaper: AppSync Events.*; not Socket\.IO\.$/));
  });

  it("finds the rate of messages at which servers become cheaper", () => {
    const quiet = shape({ connections: 200 });
    const rate = breakEvenMessagesPerSecond(quiet) ?? 0;
    const difference = (messagesPerSecond: number) =>
      (socketIoLambda({ ...quiet, messagesPerSecond }).usd ?? 0) -
      (fargate({ ...quiet, messagesPerSecond }).usd ?? 0);
    expect(rate).toBeGreaterThan(0);
    expect(difference(rate * 0.99)).toBeLessThan(0);
    expect(difference(rate * 1.01)).toBeGreaterThan(0);
    expect(breakEvenMessagesPerSecond(shape({ connections: 10_000 }))).toBeUndefined();
  });
});
