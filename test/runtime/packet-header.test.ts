import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser";
import { describe, expect, it } from "vitest";
import { readHeader } from "../../runtime/protocol/packet-header.js";

const NAMESPACES = ["/", "/admin", "/방 이름", "/a?b=c", "/0", "/[x]", '/{"y":1}'];

describe("readHeader", () => {
  it.each(NAMESPACES)("agrees with the parser on every packet of %s", (nsp) => {
    const packets: Packet[] = [
      { type: PacketType.CONNECT, nsp, data: { token: "1,2" } },
      { type: PacketType.DISCONNECT, nsp },
      { type: PacketType.EVENT, nsp, data: ["1", 2] },
      { type: PacketType.EVENT, nsp, id: 0, data: ["hi, /there"] },
      { type: PacketType.EVENT, nsp, id: Number.MAX_SAFE_INTEGER, data: ["hi"] },
      { type: PacketType.ACK, nsp, id: 12, data: [] },
      { type: PacketType.CONNECT_ERROR, nsp, data: { message: "no" } },
    ];
    for (const packet of packets) {
      const [text] = new Encoder().encode(packet) as [string];
      const { type, nsp: namespace, id } = decode(text);
      expect([text, readHeader(text)]).toEqual([text, { type, namespace, id, attachments: 0 }]);
    }
  });

  it("knows how many attachments follow", () => {
    const data = ["file", Buffer.from("a"), { second: Buffer.from("b") }];
    const [event] = new Encoder().encode({ type: PacketType.EVENT, nsp: "/a-1", id: 3, data }) as [string];
    expect(readHeader(event)).toEqual({
      type: PacketType.BINARY_EVENT,
      namespace: "/a-1",
      id: 3,
      attachments: 2,
    });
    const [ack] = new Encoder().encode({ type: PacketType.ACK, nsp: "/", id: 4, data }) as [string];
    expect(readHeader(ack)).toMatchObject({ type: PacketType.BINARY_ACK, id: 4, attachments: 2 });
  });

  it.each(["7", "x", "-1", "[]", '{"action":"say"}', " 2[]", "\u0662[]"])("%j is no packet", (text) => {
    expect(readHeader(text)).toBeUndefined();
  });

  it("takes nothing at all for a CONNECT, as the parser does", () => {
    expect(readHeader("")).toMatchObject({ type: decode("").type, namespace: "/" });
  });

  it("leaves the payload to the parser", () => {
    expect(readHeader('2["unterminated')).toEqual({
      type: PacketType.EVENT,
      namespace: "/",
      id: undefined,
      attachments: 0,
    });
  });
});

function decode(text: string): Packet {
  const decoder = new Decoder();
  let decoded: Packet | undefined;
  decoder.on("decoded", (packet: Packet) => {
    decoded = packet;
  });
  decoder.add(text);
  if (!decoded) throw new Error(`The parser sees no packet in ${text}`);
  return decoded;
}
