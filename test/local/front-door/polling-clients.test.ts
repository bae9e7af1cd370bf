import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PollingClients } from "../../../local/front-door/polling-clients.js";
import type { HttpRequest } from "../../../local/http/message.js";
import type { LocalEvent } from "../../../local/local-event.js";
import { eventLines } from "../../../local/terminal/event-lines.js";

const SID = "lv_VI97HAXpY6yYWAAAB";
const ID = `poll.${SID}`;
const WEB_SOCKET = "PJqB3dSkDoECH9w=";

let told: LocalEvent[];
let clients: PollingClients;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  clients = new PollingClients((event) => told.push(event));
});
afterEach(() => {
  clients.close();
  vi.useRealTimers();
});

function request(method: string, sid = "", body = ""): HttpRequest {
  const query = `EIO=4&transport=polling&t=abc${sid && `&sid=${sid}`}`;
  const headers = [["User-Agent", "Firefox"]] as const;
  return { method, path: "/socket.io/", query, headers, body: Buffer.from(body), sourceIp: "127.0.0.1" };
}

/** One request from its beginning to its answer. */
function exchange(asked: HttpRequest, answer: string, status = 200): void {
  clients.asked(asked);
  clients.answered(asked, { status, headers: [], body: Buffer.from(answer) });
}

function handshake(): void {
  const open = {
    sid: SID,
    upgrades: ["websocket"],
    pingInterval: 25_000,
    pingTimeout: 20_000,
    maxPayload: 1e6,
  };
  exchange(request("GET"), `0${JSON.stringify(open)}`);
}

const connect = (query: string) =>
  clients.seen({
    type: "connect",
    connectionId: WEB_SOCKET,
    sourceIp: "130.176.0.1",
    userAgent: "Firefox",
    query,
  });
const message = (text: string) =>
  clients.seen({ type: "message", connectionId: WEB_SOCKET, routeKey: "$default", text, bytes: text.length });

const ENDED = (reason: string) => ({ type: "polling-end", connectionId: ID, reason });

describe("a client that comes by polling", () => {
  it("is told of once, and its messages each; its polls are not", () => {
    handshake();
    expect(told).toEqual([
      { type: "polling", connectionId: ID, path: "/socket.io/", sourceIp: "127.0.0.1", userAgent: "Firefox" },
    ]);
    for (let poll = 0; poll < 3; poll++) exchange(request("GET", SID), "2");
    exchange(request("POST", SID, '3\x1e42["say","hi"]'), "ok");
    expect(told.slice(1)).toEqual([
      { type: "message", connectionId: ID, routeKey: "POST", bytes: 1, label: "pong" },
      { type: "message", connectionId: ID, routeKey: "POST", bytes: 14, label: "say" },
    ]);
  });

  it("is known to have gone when it says so, when the server does, when nobody knows it", () => {
    const endings: [HttpRequest, string, number, string][] = [
      [request("POST", SID, "1"), "ok", 200, "closed by the client"],
      [request("GET", SID), "41\x1e1", 200, "closed by the server"],
      [request("GET", SID), '{"code":1,"message":"Session ID unknown"}', 400, "unknown to the server"],
    ];
    for (const [asked, answer, status, reason] of endings) {
      handshake();
      exchange(asked, answer, status);
      expect(told.at(-1)).toEqual(ENDED(reason));
    }
    vi.advanceTimersByTime(100_000);
    expect(told.filter(({ type }) => type === "polling-end")).toHaveLength(3);
  });

  it("is known to have gone when no poll has come for its ping interval and timeout", () => {
    handshake();
    vi.advanceTimersByTime(40_000);
    const held = request("GET", SID);
    clients.asked(held);
    vi.advanceTimersByTime(100_000);
    expect(told).toHaveLength(1);
    clients.answered(held, { status: 200, headers: [], body: Buffer.from("2") });
    vi.advanceTimersByTime(44_999);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(told.at(-1)).toEqual(ENDED("no poll for 45 s"));
  });

  it("has one line for its upgrade, and none for the probe", () => {
    handshake();
    expect(connect(`EIO=4&transport=websocket&sid=${SID}`)).toEqual([]);
    expect(message("2probe")).toEqual([]);
    expect(message("5")).toEqual([{ type: "upgrade", connectionId: WEB_SOCKET, from: ID }]);
    expect(message('42["say"]')).toMatchObject([{ type: "message", label: "say" }]);
    const end = { type: "disconnect", connectionId: WEB_SOCKET, code: 1005, reason: "" } as const;
    expect(clients.seen(end)).toEqual([end]);
    vi.advanceTimersByTime(100_000);
    expect(told).toHaveLength(1);
  });

  it("has upgraded, too, when a message overtakes its 5", () => {
    handshake();
    connect(`EIO=4&transport=websocket&sid=${SID}`);
    expect(message('42["say"]').map(({ type }) => type)).toEqual(["upgrade", "message"]);
    expect(message("5")).toMatchObject([{ type: "message", label: "upgrade" }]);
  });

  it("goes on polling when its probe fails, without a line for that", () => {
    handshake();
    connect(`EIO=4&transport=websocket&sid=${SID}`);
    expect(clients.seen({ type: "disconnect", connectionId: WEB_SOCKET, code: 1006, reason: "" })).toEqual(
      [],
    );
    exchange(request("POST", SID, "1"), "ok");
    expect(told.at(-1)).toEqual(ENDED("closed by the client"));
  });
});

it("other clients and requests are told of as they come, and without a WebSocket's query", () => {
  expect(connect("EIO=4&transport=websocket")).toEqual([
    { type: "connect", connectionId: WEB_SOCKET, sourceIp: "130.176.0.1", userAgent: "Firefox" },
  ]);
  exchange({ ...request("GET"), query: "" }, "0{}");
  exchange(request("GET"), "no handshake");
  exchange(request("GET"), "0{broken");
  exchange(request("GET"), '{"code":0}', 400);
  exchange(request("POST", "unknown", "1"), "ok");
  expect(told).toEqual([]);
});

it("the terminal has a line for each", () => {
  const show = eventLines({ colors: false, now: () => new Date(2026, 10, 26, 12) });
  handshake();
  const upgrade: LocalEvent = { type: "upgrade", connectionId: WEB_SOCKET, from: ID };
  const gone: LocalEvent = { type: "polling-end", connectionId: ID, reason: "no poll for 45 s" };
  expect([...told, upgrade, gone].map(show).join("")).toBe(
    [
      `12:00:00  polling     ${ID}  GET /socket.io/  Firefox`,
      `12:00:00  upgrade     ${WEB_SOCKET}  was ${ID}`,
      `12:00:00  disconnect  ${ID}  no poll for 45 s`,
      "",
    ].join("\n"),
  );
});
