/**
 * The types of Socket.IO packets (github.com/socketio/socket.io-protocol#packet-types). Not imported from
 * `socket.io-parser`: its ES module and the CommonJS that socket.io itself loads would both be in the bundle.
 */
export const PacketType = {
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  CONNECT_ERROR: 4,
  BINARY_EVENT: 5,
  BINARY_ACK: 6,
} as const;

export type PacketType = (typeof PacketType)[keyof typeof PacketType];
