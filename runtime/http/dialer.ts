/** Opens connections to one origin. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";

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
   */
  dial(): Socket {
    const socket = this.origin.protocol === "http:" ? this.#dialTcp() : this.#dialTls();
    socket.setNoDelay(true);
    return socket;
  }

  #dialTcp(): Socket {
    return connectTcp({ host: this.#host, port: Number(this.origin.port || 80) });
  }

  #dialTls(): Socket {
    this.#context ??= createSecureContext(this.ca === undefined ? {} : { ca: this.ca });
    const socket = connectTls({
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
