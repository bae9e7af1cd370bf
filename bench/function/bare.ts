/**
 * The floor: the calls of each event as bytes that were made before, in the same order and as much at once,
 * with nothing signed, parsed or looked at. What they take is what the network of this machine and the mock
 * take.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const { SOCKET_IO_ENDPOINT = "", BENCH_MEMBERS = "[]" } = process.env;
const { port, hostname } = new URL(SOCKET_IO_ENDPOINT);
const members: readonly string[] = JSON.parse(BENCH_MEMBERS);
const sockets = members.map(() => connect({ port: Number(port), host: hostname, noDelay: true }));
const [socket] = sockets as [Socket];

interface Event {
  readonly body: string;
  readonly requestContext: { readonly connectionId: string };
}

const keyOf = (connectionId: string) => ({ connectionId: { S: connectionId } });
const ALL = { RequestItems: { Connections: { Keys: members.map(keyOf) } } };

export async function handler({ body, requestContext }: Event): Promise<{ statusCode: number }> {
  const { connectionId } = requestContext;
  await table("GetItem", { TableName: "Connections", Key: keyOf(connectionId), ConsistentRead: true });
  if (body.includes("join")) {
    await table("UpdateItem", {});
    await table("PutItem", {});
  }
  if (body.includes("cast") || body.includes("who")) await table("Query", {});
  if (body.includes("who")) await table("BatchGetItem", ALL);
  if (body.includes("cast")) await Promise.all(members.map((id, index) => post(id, sockets[index])));
  else await post(connectionId);
  return { statusCode: 200 };
}

function table(operation: string, input: object): Promise<void> {
  return ask(socket, "/", `x-amz-target: DynamoDB_20120810.${operation}`, JSON.stringify(input));
}

function post(connectionId: string, through = socket): Promise<void> {
  return ask(through, `/prod/@connections/${connectionId}`, "host: bare", "430[]");
}

async function ask(through: Socket, path: string, header: string, body: string): Promise<void> {
  through.write(`POST ${path} HTTP/1.1\r\n${header}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  let answer: Buffer = Buffer.alloc(0);
  for (let whole = 1; answer.length < whole; whole = lengthOf(answer)) {
    const [bytes] = (await once(through, "data")) as [Buffer];
    answer = Buffer.concat([answer, bytes]);
  }
}

/** Of an answer, by its beginning. */
function lengthOf(answer: Buffer): number {
  const headEnd = answer.indexOf("\r\n\r\n") + 4;
  const [, length] = /content-length: (\d+)/.exec(answer.toString("latin1", 0, headEnd)) ?? [];
  return headEnd + Number(length);
}
