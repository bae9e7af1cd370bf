/**
 * The floor: the same read and the same post as bytes that were made before, over one socket, with nothing
 * signed, parsed or looked at. What it takes beyond the mock's waiting is this machine's network.
 */
import { once } from "node:events";
import { connect } from "node:net";

const { port, hostname } = new URL(process.env.SOCKET_IO_ENDPOINT ?? "");
const socket = connect({ port: Number(port), host: hostname, noDelay: true });

interface Event {
  readonly requestContext: { readonly connectionId: string };
}

export async function handler({ requestContext: { connectionId } }: Event): Promise<{ statusCode: number }> {
  const Key = { connectionId: { S: connectionId } };
  const read = JSON.stringify({ TableName: "Connections", Key, ConsistentRead: true });
  await ask("/", "x-amz-target: DynamoDB_20120810.GetItem", read);
  await ask(`/prod/@connections/${connectionId}`, "host: bare", "430[]");
  return { statusCode: 200 };
}

/** The answer to either comes in one piece. */
async function ask(path: string, header: string, body: string): Promise<void> {
  socket.write(`POST ${path} HTTP/1.1\r\n${header}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await once(socket, "data");
}
