/** What a client by long-polling cannot make dear, and how it hears of what got lost. */
import { setTimeout as delay } from "node:timers/promises";
import { Server } from "socket.io";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dynamoStores } from "../../runtime/backend.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import { createHandlers } from "../../runtime/handlers.js";
import { longPolling } from "../../runtime/long-polling.js";
import type { HttpEvent, HttpResult } from "../../runtime/polling/http-event.js";
import { withQueues } from "../../runtime/polling/polling-backend.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import { MemoryDynamo } from "../support/memory-dynamo.js";
import { RecordingDelivery } from "../support/recording-delivery.js";

/** An environment, the calls of DynamoDB that it makes, and the events that it sends itself. */
class Environment {
  readonly calls: string[] = [];
  readonly selfEvents: SelfEvent[] = [];
  readonly polling;
  /** Fails a call of DynamoDB. */
  fails: (name: string, input: object) => boolean = () => false;
  leftMs = 25_000;
  readonly #handler: (event: object, context: object) => Promise<object>;

  constructor(io: Server) {
    const client = new MemoryDynamo().client(async (call, name, input) => {
      this.calls.push(name);
      if (this.fails(name, input)) throw new Error("The table did not answer.");
      return call();
    });
    this.polling = dynamoPolling(client, "Rooms");
    const backend = withQueues(
      {
        ...dynamoStores(client, "Connections", "Rooms"),
        delivery: new RecordingDelivery(),
        endpoint: "http://127.0.0.1:9/prod",
        invokeSelf: async (event) => void this.selfEvents.push(event),
        invokeDeliver: undefined,
      },
      this.polling,
    );
    const { handler } = createHandlers(io, { backend: () => backend, longPolling });
    this.#handler = handler as (event: object, context: object) => Promise<object>;
  }

  /** A session, in the namespace `/` where it polls for good. */
  async open(): Promise<string> {
    const { body = "" } = await this.request("GET", "");
    return JSON.parse(body.slice(1)).sid;
  }

  async joined(): Promise<string> {
    const sid = await this.open();
    await this.post(sid, "40");
    return sid;
  }

  async get(sid: string): Promise<string> {
    const { body = "" } = await this.request("GET", `&sid=${sid}`);
    return body;
  }

  post(sid: string, body: string): Promise<HttpResult> {
    return this.request("POST", `&sid=${sid}`, body);
  }

  invoke(event: object): Promise<object> {
    return this.#handler(event, { getRemainingTimeInMillis: () => this.leftMs });
  }

  request(method: string, query: string, body?: string): Promise<HttpResult> {
    const event: HttpEvent = {
      version: "2.0",
      rawPath: "/socket.io/",
      rawQueryString: `EIO=4&transport=polling${query}`,
      headers: {},
      requestContext: {
        requestId: crypto.randomUUID(),
        timeEpoch: Date.now(),
        http: { method, sourceIp: "192.0.2.1" },
      },
      isBase64Encoded: false,
      ...(body !== undefined && { body }),
    };
    return this.invoke(event) as Promise<HttpResult>;
  }

  async mode(sid: string): Promise<string | undefined> {
    return (await this.polling.state(sid))?.mode;
  }
}

const POLLS = { transports: ["polling" as const] };

describe("a body that a client posts", () => {
  const logged = vi.spyOn(console, "error");
  beforeEach(() => void logged.mockImplementation(() => {}));
  afterEach(() => logged.mockReset());

  it("ends with the connection: what stands behind costs one look and nothing more", async () => {
    const environment = new Environment(new Server(POLLS));
    const sid = await environment.joined();
    await environment.post(sid, `not a packet${'\x1e42["x"]'.repeat(100)}`);
    expect(environment.selfEvents.length).toBeLessThan(4);
  });

  it("of which there is no time for the rest closes the session, and says so", async () => {
    const heard: number[] = [];
    const io = new Server(POLLS);
    const environment = new Environment(io);
    io.on("connection", (socket) => {
      socket.on("n", (n) => {
        heard.push(n);
        if (n === 2) environment.leftMs = 50;
      });
    });
    const sid = await environment.joined();
    await environment.post(sid, [1, 2, 3, 4].map((n) => `42["n",${n}]`).join("\x1e"));
    expect(heard).toEqual([1, 2]);
    expect(await environment.mode(sid)).toBe("closing");
    expect(logged.mock.calls.join()).toContain("a post of poll.");
  });

  it("that was kept and cannot be played closes the session", async () => {
    const environment = new Environment(new Server());
    const sid = await environment.open();
    await environment.post(sid, "40");
    environment.fails = (name, input) => name === "GetItem" && JSON.stringify(input).includes('"poll.');
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_000 });
    await environment.invoke({ selfEvent: "polling", sid }).catch(() => {});
    vi.useRealTimers();
    expect(await environment.mode(sid)).toBe("closing");
  });

  it("that was kept by an environment that has died closes the session when Lambda repeats the event", async () => {
    const environment = new Environment(new Server());
    const sid = await environment.open();
    await environment.post(sid, "40");
    await environment.polling.decide(sid, { mode: "polling", orBegunBefore: Number.MAX_SAFE_INTEGER });
    await environment.invoke({ selfEvent: "polling", sid });
    expect(await environment.mode(sid)).toBe("polling");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await environment.invoke({ selfEvent: "polling", sid });
    vi.useRealTimers();
    expect(await environment.mode(sid)).toBe("closing");
  });

  it("is answered when its handlers have ended, where Lambda freezes what runs on", async () => {
    const io = new Server(POLLS);
    let hasEnded = false;
    io.on("connection", (socket) => {
      socket.on("slow", async () => {
        await delay(1_200);
        hasEnded = true;
      });
    });
    const environment = new Environment(io);
    const sid = await environment.joined();
    vi.stubEnv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9");
    await environment.post(sid, '42["slow"]');
    vi.unstubAllEnvs();
    expect(hasEnded).toBe(true);
  });

  it("asks for as many cut clients as namespaces that it can join, at most", async () => {
    const environment = new Environment(new Server({ connectionStateRecovery: {} }));
    const sid = await environment.open();
    environment.calls.length = 0;
    await environment.post(sid, Array.from({ length: 500 }, (_, n) => `40{"pid":"${n}"}`).join("\x1e"));
    expect(environment.calls.filter((name) => name === "GetItem").length).toBeLessThan(50);
  });

  it("that has no room before the transport is known makes it known", async () => {
    const environment = new Environment(new Server());
    const sid = await environment.open();
    const { statusCode } = await environment.post(sid, `42["x","${"x".repeat(17 * 1024)}"]`);
    expect(statusCode).toBe(200);
    expect(await environment.mode(sid)).not.toBe("deciding");
  });
});

describe("a GET of a client that polls", () => {
  it("brings 500 packets at most, and the next one those behind", async () => {
    const environment = new Environment(new Server(POLLS));
    const sid = await environment.joined();
    for (let n = 0; n < 600; n++) await environment.polling.put(sid, [`42[${n}]`]);
    const bodies = [await environment.get(sid), await environment.get(sid)];
    const packets = bodies.map((body) => body.split("\x1e"));
    expect(packets.map(({ length }) => length)).toEqual([500, 101]);
    expect(packets.flat().slice(1)).toEqual(Array.from({ length: 600 }, (_, n) => `42[${n}]`));
  });

  it("keeps no t that is longer than a client's", async () => {
    const environment = new Environment(new Server(POLLS));
    const sid = await environment.joined();
    for (const t of ["x".repeat(65), "x".repeat(64), ""]) {
      await environment.polling.put(sid, ["42[]"]);
      await environment.request("GET", `&sid=${sid}&t=${t}`);
    }
    const { turn, past = [] } = (await environment.polling.state(sid)) ?? {};
    expect([...past, turn].map((known) => known?.length)).toEqual([36, 64, 36]);
  });
});

describe("a WebSocket for a session with an id that no session can have", () => {
  it("is refused as for any that nobody knows", async () => {
    const environment = new Environment(new Server());
    const sid = "x".repeat(3_000);
    const query = { EIO: "4", transport: "websocket", sid };
    const answer = await environment.invoke({
      headers: {},
      multiValueHeaders: {},
      queryStringParameters: query,
      multiValueQueryStringParameters: { EIO: ["4"], transport: ["websocket"], sid: [sid] },
      requestContext: {
        routeKey: "$connect",
        eventType: "CONNECT",
        connectionId: "ws1",
        connectedAt: Date.now(),
        requestTimeEpoch: Date.now(),
        stage: "prod",
        identity: { sourceIp: "192.0.2.1" },
      },
    });
    expect(answer).toMatchObject({ statusCode: 400 });
  });
});
