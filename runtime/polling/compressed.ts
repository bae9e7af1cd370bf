/**
 * Large answers to a GET, compressed as engine.io 6.6 does it (`transports/polling.ts`, `httpCompression`).
 */
import { deflateSync, gzipSync } from "node:zlib";
import type { HttpResult } from "./http-event.js";

const METHODS = { gzip: gzipSync, deflate: deflateSync };

type Method = keyof typeof METHODS;

/** @param from how many bytes it has to have; `undefined`: never */
export function compressed(
  answer: HttpResult,
  from: number | undefined,
  acceptEncoding: string | undefined,
): HttpResult {
  const { body = "", headers } = answer;
  if (from === undefined || Buffer.byteLength(body) < from) return answer;
  const method = bestOf(acceptEncoding);
  if (!method) return answer;
  return {
    ...answer,
    headers: { ...headers, "content-encoding": method },
    body: METHODS[method](body).toString("base64"),
    isBase64Encoded: true,
  };
}

/** The one that the client likes best; of equals the first that it names. */
function bestOf(acceptEncoding = ""): Method | undefined {
  const offers = acceptEncoding.split(",").map((offer) => {
    const [name = "", ...parameters] = offer.split(";").map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return { name: name === "*" ? "gzip" : name, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const known = offers.filter(({ name, weight }) => Object.hasOwn(METHODS, name) && weight > 0);
  const [best] = known.sort((a, b) => b.weight - a.weight);
  return best?.name as Method | undefined;
}
