/** Connections over TLS, to real hosts with a certificate that only these tests trust. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Dialer } from "../../runtime/http/dialer.js";
import { HttpPool } from "../../runtime/http/http-pool.js";
import { answerOk, LAST_OK, OK, type OnRequest, RawHost, requestOf } from "../support/raw-host.js";

const ANSWER = { status: 200, body: "ok" };

/** Each is a certificate and its key; a reader takes what it needs. */
const LOCALHOST = readFileSync(new URL("./fixtures/localhost.pem", import.meta.url), "utf8");
const ELSEWHERE = readFileSync(new URL("./fixtures/elsewhere.pem", import.meta.url), "utf8");

const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

let host: RawHost;

async function start(onRequest?: OnRequest, options?: TlsOptions, pem = LOCALHOST): Promise<void> {
  host = await RawHost.start(onRequest, { key: pem, cert: pem, ...options });
}

const only = (version: (typeof VERSIONS)[number]): TlsOptions => ({
  minVersion: version,
  maxVersion: version,
});

afterEach(() => host.close());

describe("over TLS", () => {
  it("a connection carries one request after another", async () => {
    await start();
    const pool = new HttpPool(host.origin(), { ca: LOCALHOST });
    for (const path of ["a", "b"]) expect(await pool.send(requestOf(path))).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b"]);
    expect(host.sockets).toHaveLength(1);
  });

  it("the handshake names the host, and HTTP/1.1", async () => {
    await start(undefined, { ALPNProtocols: ["h2", "http/1.1"] });
    await new HttpPool(host.origin("localhost"), { ca: LOCALHOST }).send(requestOf("a"));
    expect(host.sockets).toMatchObject([{ servername: "localhost", alpnProtocol: "http/1.1" }]);
  });

  it("the handshake names no address, of which Node would warn", async () => {
    const onWarning = vi.fn();
    process.on("warning", onWarning);
    await start();
    await new HttpPool(host.origin("127.0.0.1"), { ca: LOCALHOST }).send(requestOf("a"));
    await new Promise(setImmediate);
    process.off("warning", onWarning);
    expect(host.sockets).toMatchObject([{ servername: false }]);
    expect(onWarning).not.toHaveBeenCalled();
  });

  it.each(VERSIONS)(
    "%s: a later connection resumes the session, unless there was an error",
    async (version) => {
      const resumed: boolean[] = [];
      const onRequest: OnRequest = ({ socket }) => {
        resumed.push((socket as TLSSocket).isSessionReused());
        socket.write(LAST_OK);
      };
      await start(onRequest, only(version));
      const dial = vi.spyOn(Dialer.prototype, "dial");
      const pool = new HttpPool(host.origin(), { ca: LOCALHOST });
      for (const path of ["a", "b"]) await pool.send(requestOf(path));

      const failed = pool.send(requestOf("c"));
      dial.mock.results[2]?.value.destroy(new Error("broken"));
      await expect(failed).rejects.toThrow("broken");

      for (const path of ["d", "e"]) await pool.send(requestOf(path));
      expect(resumed).toEqual([false, true, false, true]);
      dial.mockRestore();
    },
  );

  it("a connection that was closed while idle costs no try", async () => {
    await start((request) => (request.before === 0 ? answerOk(request) : request.socket.destroy()));
    const pool = new HttpPool(host.origin(), { ca: LOCALHOST });
    await pool.send(requestOf("a"));
    expect(await pool.send(requestOf("b"))).toMatchObject(ANSWER);
    expect(host.paths).toEqual(["a", "b", "b"]);
  });

  it("an answer without a length ends with its connection", async () => {
    await start(({ socket }) => socket.end("HTTP/1.1 200 OK\r\n\r\nok"));
    expect(await new HttpPool(host.origin(), { ca: LOCALHOST }).send(requestOf("a"))).toMatchObject(ANSWER);
  });
});

describe("a request fails, and nothing of it is sent,", () => {
  describe.each(VERSIONS)("%s:", (version) => {
    it("where nobody trusts the certificate", async () => {
      await start(undefined, only(version));
      await failsTwice(new HttpPool(host.origin()), "DEPTH_ZERO_SELF_SIGNED_CERT");
    });

    it("where the certificate is another host's", async () => {
      await start(undefined, only(version), ELSEWHERE);
      await failsTwice(new HttpPool(host.origin(), { ca: ELSEWHERE }), "ERR_TLS_CERT_ALTNAME_INVALID");
    });
  });

  it("where the host speaks HTTP/2 only", async () => {
    await start(undefined, { ALPNProtocols: ["h2"] });
    await failsTwice(
      new HttpPool(host.origin(), { ca: LOCALHOST }),
      expect.stringMatching(/EPROTO|NO_APPLICATION_PROTOCOL/),
    );
  });

  it("where the host speaks no TLS", async () => {
    await start();
    const plain = createServer((socket) => socket.on("data", () => socket.write(OK)).on("error", () => {}));
    plain.listen(0, "127.0.0.1");
    await once(plain, "listening");
    const url = new URL(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`);
    await expect(new HttpPool(url).send(requestOf("a"))).rejects.toMatchObject({
      code: expect.stringMatching(/WRONG_VERSION_NUMBER|EPROTO|PACKET_LENGTH/),
    });
    plain.close();
  });

  /** Twice: a resumed session would skip the look at the certificate. */
  async function failsTwice(pool: HttpPool, code: unknown): Promise<void> {
    for (const path of ["a", "b"]) await expect(pool.send(requestOf(path))).rejects.toMatchObject({ code });
    await Promise.all(host.sockets.map((socket) => socket.closed || once(socket, "close")));
    expect(host.paths).toEqual([]);
  }
});
