/** Responses as a host may send them, cut as the network may cut them. */
import { describe, expect, it } from "vitest";
import { Random } from "../../local/faults/random.js";
import { HttpError } from "../../runtime/errors.js";
import { type Response, ResponseReader } from "../../runtime/http/http-response.js";

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);

type Case = readonly [what: string, text: string, expected: Expected];

const FIRST: Case = ["nothing special", "HTTP/1.1 200 OK|content-length: 2||ok", answer(200, "ok")];

/** Each ends by itself. A `|` is the end of a line. */
const RESPONSES: readonly Case[] = [
  FIRST,
  ["no body", "HTTP/1.1 200 OK|content-length: 0||", answer(200)],
  ["a length", "HTTP/1.1 410 Gone|Content-Length:9||not there", answer(410, "not there")],
  ["a length in bytes, not letters", "HTTP/1.1 403 No|content-length: 9||방🍵é", answer(403, "방🍵é")],
  ["blanks around a length", "HTTP/1.1 200 OK|CONTENT-LENGTH: \t2 \t||ok", answer(200, "ok")],
  ["the same length twice", "HTTP/1.1 200 OK|content-length: 2, 2||ok", answer(200, "ok")],
  [
    "the same length in two lines",
    "HTTP/1.1 200 OK|content-length: 2|a: b|Content-Length: 2||ok",
    answer(200, "ok"),
  ],
  ["no reason", "HTTP/1.1 429 |content-length: 0||", answer(429)],
  ["no reason, and no blank before it", "HTTP/1.1 429|content-length: 0||", answer(429)],
  ["204 without a length", "HTTP/1.1 204 No Content||", answer(204)],
  ["304 with another's length", "HTTP/1.1 304 Not Modified|content-length: 50||", answer(304)],
  [
    "interim answers before it",
    "HTTP/1.1 100 Continue||HTTP/1.1 103 Early Hints|content-length: 7||HTTP/1.1 202 OK|content-length: 1||x",
    answer(202, "x"),
  ],
  ["a chunk", "HTTP/1.1 200 OK|Transfer-Encoding: Chunked||2|ok|0||", answer(200, "ok")],
  ["no chunk but the last", "HTTP/1.1 500 Bad|transfer-encoding: chunked||000||", answer(500)],
  [
    "sizes in hexadecimal of either case",
    "HTTP/1.1 200 OK|transfer-encoding: chunked||0A|0123456789|1a|abcdefghijklmnopqrstuvwxyz|0||",
    answer(200, "0123456789abcdefghijklmnopqrstuvwxyz"),
  ],
  [
    "chunks that hold the ends of lines",
    "HTTP/1.1 200 OK|transfer-encoding: chunked||9|||0|||0||",
    answer(200, "\r\n\r\n0\r\n\r\n"),
  ],
  [
    "chunk extensions",
    'HTTP/1.1 200 OK|transfer-encoding: chunked||2;a=b;c="d;e"|ok|0 ; end||',
    answer(200, "ok"),
  ],
  ["trailers", "HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok|0|sum: 1|more: 2||", answer(200, "ok")],
  [
    "headers that go on in the next line",
    "HTTP/1.1 200 OK|content-length:| 2|a: b|\tc: d||ok",
    answer(200, "ok"),
  ],
  [
    "headers that only resemble those that count",
    "HTTP/1.1 200 OK|x-content-length: 7|x-connection: close|x: transfer-encoding: chunked|content-length: 0||",
    answer(200),
  ],
  ["Connection: keep-alive", "HTTP/1.1 200 OK|connection: keep-alive|content-length: 0||", answer(200)],
  ["Connection: close", "HTTP/1.1 200 OK|Connection:  Close|content-length: 2||ok", last(200, "ok")],
  ["close beside others", "HTTP/1.1 200 OK|connection: x,close|content-length: 0||", last(200)],
  ["HTTP/1.0", "HTTP/1.0 200 OK|content-length: 2||ok", last(200, "ok")],
  [
    "chunks and a length: the chunks count, and nothing may follow",
    "HTTP/1.1 200 OK|content-length: 1|transfer-encoding: chunked||2|ok|0||",
    last(200, "ok"),
  ],
];

describe("a response is read", () => {
  it.each(RESPONSES)("with %s", (_what, text, expected) => {
    expect(new ResponseReader().read(bytesOf(text))).toMatchObject(expected);
  });

  it.each(RESPONSES)("with %s, cut at any byte", (_what, text, expected) => {
    const bytes = bytesOf(text);
    for (let cut = 1; cut < bytes.length; cut++) {
      const reader = new ResponseReader();
      expect(reader.read(bytes.subarray(0, cut))).toBe(undefined);
      expect(reader.hasBegun).toBe(true);
      expect(reader.read(bytes.subarray(cut)), `cut at ${cut}`).toMatchObject(expected);
      expect(reader.hasBegun).toBe(false);
    }
  });

  it("with the fields of its head, by lower-case name, several of one name as a list", () => {
    const text = "HTTP/1.1 200 OK|X-Id:  7 |a: 1|A: 2|content-length: 0||";
    expect(new ResponseReader().read(bytesOf(text))?.answer.fields).toEqual(
      new Map([
        ["x-id", "7"],
        ["a", "1, 2"],
        ["content-length", "0"],
      ]),
    );
  });

  it("with chunks that are cut in the middle of a letter", () => {
    const chunks = [...Buffer.from("방🍵é")].flatMap((byte) => [
      Buffer.from("1\r\n"),
      Buffer.of(byte, 13, 10),
    ]);
    const head = bytesOf("HTTP/1.1 200 OK|transfer-encoding: chunked||");
    const bytes = Buffer.concat([head, ...chunks, bytesOf("0||")]);
    expect(new ResponseReader().read(bytes)).toMatchObject(answer(200, "방🍵é"));
  });

  it(`one after another by one reader, cut anywhere (SEED=${SEED})`, () => {
    const random = new Random(SEED);
    const upTo = (count: number, name: string) => Math.floor(random.next(name) * count);
    const reader = new ResponseReader();
    for (let round = 0; round < 2_000; round++) {
      const [what, text, expected] = RESPONSES[upTo(RESPONSES.length, "response")] ?? FIRST;
      const bytes = bytesOf(text);
      const most = 1 + upTo(bytes.length, "most"); // sometimes byte by byte, sometimes in one piece
      let read: Response | undefined;
      for (let at = 0; at < bytes.length; ) {
        expect(read, `${what}: complete before its end`).toBe(undefined);
        const length = 1 + upTo(most, "length");
        const piece = Buffer.from(bytes.subarray(at, at + length));
        read = reader.read(piece);
        piece.fill("!"); // what comes next lies in the same buffer
        at += length;
      }
      expect(read, what).toMatchObject(expected);
    }
  });

  it("however many interim answers come before it", () => {
    const reader = new ResponseReader();
    for (let i = 0; i < 100; i++) expect(reader.read(bytesOf("HTTP/1.1 102 Processing||"))).toBe(undefined);
    expect(reader.hasBegun).toBe(true); // the host has the request
    expect(reader.read(bytesOf("HTTP/1.1 200 OK|content-length: 0||"))).toMatchObject(answer(200));
  });

  it.each([
    "HTTP/1.1 200 OK|content-length: 2||ok!",
    "HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok|0||HTTP/1.1 200 OK|content-length: 0||",
  ])("and nothing may follow when more comes than belongs to it: %s", (text) => {
    expect(new ResponseReader().read(bytesOf(text))).toMatchObject(last(200, "ok"));
  });
});

describe("a response without a length", () => {
  it("ends with the connection", () => {
    const reader = new ResponseReader();
    expect(reader.read(bytesOf("HTTP/1.1 200 OK||o"))).toBe(undefined);
    expect(reader.read(bytesOf("k|"))).toBe(undefined);
    expect(reader.end()).toMatchObject(answer(200, "ok\r\n"));
  });

  it("may be empty", () => {
    const reader = new ResponseReader();
    expect(reader.read(bytesOf("HTTP/1.1 500 Bad||"))).toBe(undefined);
    expect(reader.end()).toMatchObject(answer(500));
  });
});

it.each([
  "",
  "HTTP/1.1 200 OK|content-length: 2|",
  "HTTP/1.1 200 OK|content-length: 2||o",
  "HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok|",
  "HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok|0|",
  "HTTP/1.1 100 Continue||",
])("the end of the connection completes nothing else: %j", (text) => {
  const reader = new ResponseReader();
  expect(reader.read(bytesOf(text))).toBe(undefined);
  expect(reader.end()).toBe(undefined);
});

describe("it is no response that can be trusted, and an HttpError, with", () => {
  it.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.6|"],
    ["another protocol, from the first byte on", "\u0015"],
    ["HTTP/2", "HTTP/2 200 OK||"],
    ["a status of four digits", "HTTP/1.1 2000 OK|content-length: 0||"],
    ["a status of two digits", "HTTP/1.1 20 OK|content-length: 0||"],
    ["a status below 100", "HTTP/1.1 099 OK|content-length: 0||"],
    ["a change of the protocol", "HTTP/1.1 101 Switching Protocols|upgrade: h2c||"],
    ["a length with a unit", "HTTP/1.1 200 OK|content-length: 5b||"],
    ["an empty length", "HTTP/1.1 200 OK|content-length:||"],
    ["a length with a sign", "HTTP/1.1 200 OK|content-length: +5||"],
    ["a negative length", "HTTP/1.1 200 OK|content-length: -5||"],
    ["a hexadecimal length", "HTTP/1.1 200 OK|content-length: 0x5||"],
    ["two lengths", "HTTP/1.1 200 OK|content-length: 2, 3||ok"],
    ["two lengths in two lines", "HTTP/1.1 200 OK|content-length: 2|content-length: 3||ok"],
    ["a length beyond a megabyte", "HTTP/1.1 200 OK|content-length: 99999999999||"],
    ["a compressed body", "HTTP/1.1 200 OK|transfer-encoding: gzip, chunked||"],
    ["a body whose chunks are not the last coding", "HTTP/1.1 200 OK|transfer-encoding: chunked, gzip||"],
    ["chunks twice", "HTTP/1.1 200 OK|transfer-encoding: chunked|transfer-encoding: chunked||"],
    ["a blank before a colon", "HTTP/1.1 200 OK|content-length : 5||"],
    ["a header without a colon", "HTTP/1.1 200 OK|nonsense||"],
    ["a chunk without a size", "HTTP/1.1 200 OK|transfer-encoding: chunked|||"],
    ["a chunk of a negative size", "HTTP/1.1 200 OK|transfer-encoding: chunked||-6|ok|0||"],
    ["a chunk size with a prefix", "HTTP/1.1 200 OK|transfer-encoding: chunked||0x2|ok|0||"],
    ["a chunk size that goes on", "HTTP/1.1 200 OK|transfer-encoding: chunked||2 2|ok|0||"],
    ["a chunk that is longer than its size", "HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok..2|ok|0||"],
    ["a chunk beyond a megabyte", "HTTP/1.1 200 OK|transfer-encoding: chunked||fffffffff|"],
    ["a head without an end", `HTTP/1.1 200 OK|a: ${"b".repeat(20_000)}`],
    ["a huge head", `HTTP/1.1 200 OK|a: ${"b".repeat(20_000)}|content-length: 0||`],
  ])("%s", (_what, text) => {
    expect(() => new ResponseReader().read(bytesOf(text))).toThrow(HttpError);
  });

  it("more than a megabyte, in however small chunks", () => {
    const reader = new ResponseReader();
    reader.read(bytesOf("HTTP/1.1 200 OK|transfer-encoding: chunked||"));
    const chunk = bytesOf(`400|${"x".repeat(1024)}|`);
    expect(() => {
      for (let i = 0; i < 1024; i++) reader.read(chunk);
    }).toThrow(HttpError);
  });

  it("more than a megabyte without a length", () => {
    const reader = new ResponseReader();
    reader.read(bytesOf("HTTP/1.1 200 OK||"));
    expect(() => reader.read(Buffer.alloc(1024 * 1024))).toThrow(HttpError);
  });
});

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll("|", "\r\n"));
}

/** Without the fields, which most claims are not about. */
interface Expected extends Omit<Response, "answer"> {
  readonly answer: Omit<Response["answer"], "fields">;
}

function answer(status: number, body = ""): Expected {
  return { answer: { status, body }, isLast: false };
}

/** One after which the connection carries nothing. */
function last(status: number, body = ""): Expected {
  return { answer: { status, body }, isLast: true };
}
