import { Server } from "socket.io";
import { type Packet, PacketType } from "socket.io-parser";
import { describe, expect, it } from "vitest";
import { PacketCodec } from "../../runtime/protocol/packet-codec.js";
import { plain, plainError } from "../../runtime/protocol/plain.js";

const codec = new PacketCodec(new Server());

describe("a plain client's message", () => {
  const { CONNECT, DISCONNECT, EVENT, ACK } = PacketType;
  it.each<[message: object, packet: Packet]>([
    [
      { action: "say", data: ["tea", "hi"] },
      { type: EVENT, nsp: "/", data: ["say", "tea", "hi"] },
    ],
    [
      { action: "say", data: "hi" },
      { type: EVENT, nsp: "/", data: ["say", "hi"] },
    ],
    [
      { action: "say", data: { a: 1 } },
      { type: EVENT, nsp: "/", data: ["say", { a: 1 }] },
    ],
    [
      { action: "say", data: null },
      { type: EVENT, nsp: "/", data: ["say", null] },
    ],
    [
      { action: "say", data: [] },
      { type: EVENT, nsp: "/", data: ["say"] },
    ],
    [
      { action: "say", data: [["a"]] },
      { type: EVENT, nsp: "/", data: ["say", ["a"]] },
    ],
    [{ action: "방 이름 🍵" }, { type: EVENT, nsp: "/", data: ["방 이름 🍵"] }],
    [
      { action: "say", id: 0, nsp: "/a" },
      { type: EVENT, nsp: "/a", id: 0, data: ["say"] },
    ],
    [{ action: "constructor" }, { type: EVENT, nsp: "/", data: ["constructor"] }],
    [
      { ack: 5, data: ["ok"] },
      { type: ACK, nsp: "/", id: 5, data: ["ok"] },
    ],
    [
      { ack: 0, nsp: "/a" },
      { type: ACK, nsp: "/a", id: 0, data: [] },
    ],
    [
      { action: "connect", nsp: "/a" },
      { type: CONNECT, nsp: "/a", data: {} },
    ],
    [
      { action: "connect", nsp: "/a", data: { token: "t" } },
      { type: CONNECT, nsp: "/a", data: { token: "t" } },
    ],
    [
      { action: "disconnect", nsp: "/a" },
      { type: DISCONNECT, nsp: "/a" },
    ],
  ])("%j is the packet of a Socket.IO client", (message, packet) => {
    const incoming = plain.decode(JSON.stringify(message), codec);
    expect(incoming).toMatchObject({
      kind: "packet",
      header: { type: packet.type, namespace: packet.nsp, id: packet.id },
    });
    const decode = codec.decoder();
    const parts = incoming.kind === "packet" ? incoming.parts : [];
    expect(parts.map((part) => decode(part))).toMatchObject([packet]);
  });

  it.each<[frame: string, code: string, id?: unknown]>([
    ["", "not_json"],
    ["hello", "not_json"],
    ["[]", "not_json"],
    ["null", "not_json"],
    ['"say"', "not_json"],
    ['{"action":"say"', "not_json"],
    ["{}", "no_action"],
    ['{"id":7}', "no_action", 7],
    ['{"action":null,"id":7}', "no_action", 7],
    ['{"action":["say"]}', "no_action"],
    ['{"action":"say","nsp":"a","id":7}', "bad_namespace", 7],
    ['{"action":"say","nsp":"","id":7}', "bad_namespace", 7],
    ['{"action":"say","nsp":"/a,b"}', "bad_namespace"],
    ['{"action":"say","nsp":7}', "bad_namespace"],
    ['{"action":"say","id":-1}', "bad_id"],
    ['{"action":"say","id":1.5}', "bad_id"],
    ['{"action":"say","id":"1"}', "bad_id"],
    ['{"action":"say","id":9007199254740992}', "bad_id"],
    ['{"action":"say","id":null}', "bad_id"],
    ['{"ack":"1"}', "bad_id"],
    ['{"action":"connect_error","id":7}', "reserved_event", 7],
    ['{"action":"disconnecting"}', "reserved_event"],
    ['{"action":"newListener"}', "reserved_event"],
    ['{"action":"removeListener"}', "reserved_event"],
    ['{"action":"connect","data":"token","id":7}', "bad_data", 7],
    ['{"action":"connect","data":["token"]}', "bad_data"],
    ['{"action":"connect","data":null}', "bad_data"],
  ])("%s is answered with %s", (frame, code, id) => {
    const incoming = plain.decode(frame, codec);
    if (incoming.kind !== "rejected") throw new Error(`It is taken as a ${incoming.kind}.`);
    expect(JSON.parse(incoming.answer)).toEqual({
      error: { code, message: expect.stringMatching(/\w.*\.$/) },
      ...(id !== undefined && { id }),
    });
  });
});

describe("what a plain client gets", () => {
  it.each<[packet: Packet, message: object]>([
    [
      { type: PacketType.EVENT, nsp: "/", data: ["said", "hi"] },
      { event: "said", data: ["hi"] },
    ],
    [
      { type: PacketType.EVENT, nsp: "/a", id: 0, data: ["ask"] },
      { event: "ask", data: [], nsp: "/a", id: 0 },
    ],
    [
      { type: PacketType.ACK, nsp: "/", id: 7, data: [{ a: 1 }] },
      { ack: 7, data: [{ a: 1 }] },
    ],
    [
      { type: PacketType.CONNECT, nsp: "/", data: { sid: "s", pid: "secret" } },
      { event: "connect", data: [{ sid: "s" }] },
    ],
    [
      { type: PacketType.CONNECT_ERROR, nsp: "/a", data: { message: "no", data: { code: 1 } } },
      { error: { message: "no", code: "connect_error", data: { code: 1 } }, nsp: "/a" },
    ],
    [
      { type: PacketType.DISCONNECT, nsp: "/a" },
      { event: "disconnect", data: [], nsp: "/a" },
    ],
  ])("%j", (packet, message) => {
    expect(framesOf(packet)).toEqual([message]);
  });

  it("binary, at any depth, is its base64, in one message without attachments", () => {
    const data = ["file", Buffer.from("hi"), { list: [new Uint8Array([255]).buffer], n: 1 }];
    expect(framesOf({ type: PacketType.EVENT, nsp: "/", data })).toEqual([
      { event: "file", data: [{ base64: "aGk=" }, { list: [{ base64: "/w==" }], n: 1 }] },
    ]);
    expect(framesOf({ type: PacketType.ACK, nsp: "/", id: 1, data: [Buffer.from("hi")] })).toEqual([
      { ack: 1, data: [{ base64: "aGk=" }] },
    ]);
  });
});

it("an error repeats the id of the message that it answers, where there was one", () => {
  expect(JSON.parse(plainError("no_action", "m"))).toEqual({ error: { message: "m", code: "no_action" } });
  expect(JSON.parse(plainError("no_action", "m", 0))).toMatchObject({ id: 0 });
});

function framesOf(packet: Packet): object[] {
  const encode = plain.encoder(codec);
  return codec
    .encode(packet)
    .flatMap((part) => encode(part))
    .map((frame) => JSON.parse(frame));
}
