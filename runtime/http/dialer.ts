/** Opens connections to one origin. */
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";

/** Hears of bytes that are there until it returns. */
export type OnBytes = (bytes: Buffer) => void;

/** As libuv reads at most. A process gets only those pages of it from the system that are written to. */
const READ_BYTES = 64 * 1024;

export class Dialer {
  readonly #host: string;
  /** Made once: it holds all certificates that are trusted, and took 0.2 ms. */
  #context: SecureContext | undefined;
  #session: Buffer | undefined;

  /**
   * @param origin `https://host` or `http://host:port`
   * @param ca Trusted instead of Node's own list and `NODE_EXTRA_CA_CERTS`; for tests.
   */
  constructor(
    private readonly origin: URL,
    private readonly ca?: string,
  ) {
    this.#host = origin.hostname.replace(/^\[|\]$/g, ""); // a URL has an IPv6 address in brackets
  }

  /**
   * What is written before it is open goes out then; over TLS when the host's certificate is found good, or
   * else never.
   *
   * All that comes lands in one buffer, so `onBytes` must not keep what it is given: a stream's own buffers
   * were a good part of a call's garbage.
   */
  dial(onBytes: OnBytes): Socket {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length: number, buffer: Uint8Array) => {
        onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true; // go on reading
      },
    };
    const socket = this.origin.protocol === "http:" ? this.#dialTcp(onread) : this.#dialTls(onread);
    socket.setNoDelay(true);
    return socket;
  }

  #dialTcp(onread: OnReadOpts): Socket {
    return connectTcp({ host: this.#host, port: Number(this.origin.port || 80), onread });
  }

  #dialTls(onread: OnReadOpts): Socket {
    this.#context ??= createSecureContext(this.ca === undefined ? {} : { ca: this.ca });
    // Node's `tls.connect` takes `onread` as `net.connect` does; the types do not know it.
    const reading: object = { onread };
    const socket = connectTls({
      ...reading,
      host: this.#host,
      port: Number(this.origin.port || 443),
      ALPNProtocols: ["http/1.1"],
      ...(!isIP(this.#host) && { servername: this.#host }), // RFC 6066 §3 knows no addresses
      secureContext: this.#context,
      ...(this.#session && { session: this.#session }), // saves the host's certificate and the check of it
    });
    // Node gives sessions of hosts that passed the check only. One that may be to blame for an error is not
    // tried again.
    socket.on("session", (session) => {
      this.#session = session;
    });
    socket.on("error", () => {
      this.#session = undefined;
    });
    return socket;
  }
}
