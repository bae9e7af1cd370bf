/**
 * Baseline (b): Node's HTTP client with kept connections, and nothing else. No signature, so API Gateway
 * would refuse each of these posts: it is the limit of what a client over `node:http` can be.
 */
import { Agent, request } from "node:http";
import { request as requestTls, Agent as TlsAgent } from "node:https";
import { connectionId } from "../mock/members.js";
import { FRAME, type PostAll, type PostingTask } from "./protocol.js";

/** As many at once as `managementApi()` begins with. */
const MAX_SOCKETS = 128;

export function rawClient({ url, recipients }: PostingTask): PostAll {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:";
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const begin = isTls ? requestTls : request;
  const headers = { "content-length": Buffer.byteLength(FRAME) };
  const paths = Array.from(
    { length: recipients },
    (_, i) => `/prod/@connections/${encodeURIComponent(connectionId(i))}`,
  );
  const post = (path: string) =>
    new Promise<void>((resolve, reject) => {
      const sent = begin({ method: "POST", hostname, port, path, agent, headers }, (response) => {
        response.resume().on("end", resolve).on("error", reject);
      });
      sent.on("error", reject).end(FRAME);
    });
  return () => Promise.all(paths.map(post));
}
