/**
 * What the encoder of the server's parser makes of one packet: its text, then its attachments as the app gave
 * them.
 */
export type EncodedPart = string | Buffer | Uint8Array | ArrayBuffer;
