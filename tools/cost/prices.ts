/**
 * All prices, and nothing else. US dollars, AWS Region us-east-1, list prices before free tiers, credits,
 * reservations and tax. Prices change: `PRICES_READ` says when this table was last gone through, `source`
 * where each price was read and when that was written. No price here was read off a bill.
 */

/** When this table was last gone through. */
export const PRICES_READ = "2026-11";

export interface Price {
  /** US dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** Where it was read. */
  readonly source: string;
  /** When the source was written or read, year and month. */
  readonly date: string;
  /** Set where the price, or how it is counted, is contradictory or thinly sourced; says what. */
  readonly unconfirmed?: string;
}

/** One plan of a rival that sells plans. */
export interface Plan {
  readonly name: string;
  readonly usd: number;
  readonly maxConnections: number;
  readonly maxMessagesPerDay: number;
}

const MILLION = 1e6;

const AWS = "aws.amazon.com";

/** A second-hand copy of AWS's page: AWS's own pages show their rates by script only. */
const COPY = "read in secondary copies";

const ABLY_DOUBT = "new accounts are priced by monthly active users, whose list price was not found";

export const PRICES = {
  apiGateway: {
    /** Either direction, in steps of 32 KB. */
    message: { usd: 1, per: MILLION, unit: "message", source: `${AWS}/api-gateway/pricing`, date: "2026-11" },
    messageBeyond: {
      usd: 0.8,
      per: MILLION,
      unit: "message",
      source: `${AWS}/api-gateway/pricing`,
      date: "2026-11",
      unconfirmed: "the lower step beyond 1,000 M messages a month",
    },
    connectionMinute: {
      usd: 0.25,
      per: MILLION,
      unit: "connection minute",
      source: `${AWS}/api-gateway/pricing`,
      date: "2026-11",
    },
  },
  lambda: {
    request: { usd: 0.2, per: MILLION, unit: "request", source: `${AWS}/lambda/pricing`, date: "2026-11" },
    /** arm64, which the construct takes. */
    gbSecond: {
      usd: 0.0000133334,
      per: 1,
      unit: "GB-second",
      source: `${AWS}/lambda/pricing`,
      date: "2026-11",
    },
  },
  logs: {
    gb: {
      usd: 0.5,
      per: 1,
      unit: "GB",
      source: "c3x.dev/blog/cloudwatch-logs-cost-optimization",
      date: "2026-06",
    },
  },
  dynamodb: {
    writeUnit: {
      usd: 0.625,
      per: MILLION,
      unit: "write unit",
      source: `${AWS}/dynamodb/pricing/on-demand, ${COPY}`,
      date: "2026-11",
    },
    readUnit: {
      usd: 0.125,
      per: MILLION,
      unit: "read unit",
      source: `${AWS}/dynamodb/pricing/on-demand, ${COPY}`,
      date: "2026-11",
    },
    gbMonth: {
      usd: 0.25,
      per: 1,
      unit: "GB-month",
      source: `${AWS}/dynamodb/pricing/on-demand, ${COPY}`,
      date: "2026-11",
    },
  },
  sqs: {
    /** FIFO, in steps of 64 KB. */
    fifoRequest: {
      usd: 0.5,
      per: MILLION,
      unit: "request",
      source: "cloudburn.io/blog/amazon-sqs-pricing",
      date: "2026-03",
    },
  },
  transfer: {
    gbOut: {
      usd: 0.09,
      per: 1,
      unit: "GB",
      source: "leanopstech.com/blog/aws-data-transfer-pricing-2026",
      date: "2026-04",
      unconfirmed: "whether compressed WebSocket bytes count; the steps beyond 10 TB are left out",
    },
  },
  appSync: {
    operation: {
      usd: 1,
      per: MILLION,
      unit: "operation",
      source: `${AWS}/appsync/pricing`,
      date: "2026-11",
      unconfirmed: "the steps of 5 KB",
    },
    connectionMinute: {
      usd: 0.08,
      per: MILLION,
      unit: "connection minute",
      source: `${AWS}/appsync/pricing`,
      date: "2026-11",
    },
  },
  ably: {
    message: { usd: 2.5, per: MILLION, unit: "message", source: "ably.com/docs/pricing", date: "2026-11" },
    connectionMinute: {
      usd: 1,
      per: MILLION,
      unit: "connection minute",
      source: "ably.com/docs/pricing",
      date: "2026-11",
    },
    channelMinute: {
      usd: 1,
      per: MILLION,
      unit: "channel minute",
      source: "ably.com/docs/pricing",
      date: "2026-11",
    },
    standard: {
      usd: 29,
      per: 1,
      unit: "package",
      source: "ably.com/docs/platform/pricing/resource-based",
      date: "2026-11",
      unconfirmed: ABLY_DOUBT,
    },
    pro: {
      usd: 399,
      per: 1,
      unit: "package",
      source: "ably.com/docs/platform/pricing/resource-based",
      date: "2026-11",
      unconfirmed: ABLY_DOUBT,
    },
  },
  pusher: {
    plan: {
      usd: 1,
      per: 1,
      unit: "plan",
      source: "pusher.com/channels/pricing via api-evangelist/pusher",
      date: "2026-05",
      unconfirmed: "read in a machine-made copy",
    },
  },
  azure: {
    unitDay: {
      usd: 1.61,
      per: 1,
      unit: "unit-day",
      source: "c3x.dev/resources/azure/azurerm_web_pubsub",
      date: "2026-11",
      unconfirmed: "a secondary copy, and it differs by region",
    },
    message: {
      usd: 1,
      per: MILLION,
      unit: "message of 2 KB",
      source: "learn.microsoft.com azure-web-pubsub concept-billing-model",
      date: "2026-11",
    },
  },
  fargate: {
    /** Linux on ARM. */
    vcpuHour: {
      usd: 0.03238,
      per: 1,
      unit: "vCPU-hour",
      source: "www.vantage.sh/blog/fargate-pricing",
      date: "2026-11",
    },
    gbHour: {
      usd: 0.00356,
      per: 1,
      unit: "GB-hour",
      source: "www.vantage.sh/blog/fargate-pricing",
      date: "2026-11",
    },
  },
  loadBalancer: {
    hour: {
      usd: 0.0225,
      per: 1,
      unit: "hour",
      source: `${AWS}/elasticloadbalancing/pricing via api-evangelist`,
      date: "2026-09",
    },
    /** 25 new connections a second, 3,000 active ones or 1 GB an hour, whichever is most. */
    capacityUnitHour: {
      usd: 0.008,
      per: 1,
      unit: "LCU-hour",
      source: `${AWS}/elasticloadbalancing/pricing via api-evangelist`,
      date: "2026-09",
    },
  },
  redis: {
    /** One `cache.t4g.small`, 1.37 GiB. */
    nodeHour: {
      usd: 0.032,
      per: 1,
      unit: "node-hour",
      source: "public code that quotes the AWS Price List",
      date: "2026-11",
      unconfirmed: "AWS's page shows it by script only; several copies agree",
    },
  },
  publicAddress: {
    hour: {
      usd: 0.005,
      per: 1,
      unit: "IPv4-hour",
      source: "scalefactory.com/blog/2023/08/02/ipv4-costs-on-aws",
      date: "2024-02",
    },
  },
} as const satisfies Record<string, Record<string, Price>>;

/** In a month, after which the lower message price of API Gateway holds. */
export const FIRST_STEP_MESSAGES = 1e9;

/** Pusher Channels, cheapest first. The source is that of `PRICES.pusher.plan`. */
export const PUSHER_PLANS: readonly Plan[] = [
  { name: "Sandbox", usd: 0, maxConnections: 100, maxMessagesPerDay: 200_000 },
  { name: "Startup", usd: 49, maxConnections: 500, maxMessagesPerDay: 1e6 },
  { name: "Pro", usd: 99, maxConnections: 2_000, maxMessagesPerDay: 4e6 },
  { name: "Business", usd: 299, maxConnections: 5_000, maxMessagesPerDay: 10e6 },
  { name: "Premium", usd: 499, maxConnections: 10_000, maxMessagesPerDay: 20e6 },
  { name: "Growth", usd: 699, maxConnections: 15_000, maxMessagesPerDay: 40e6 },
  { name: "Plus", usd: 899, maxConnections: 20_000, maxMessagesPerDay: 60e6 },
  { name: "Growth Plus", usd: 1_199, maxConnections: 30_000, maxMessagesPerDay: 90e6 },
];
