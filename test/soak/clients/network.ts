/**
 * A client's network, which can fail in ways that a server does not see. It is the `agent` of the client's
 * requests, so long-polling, the probe and the WebSocket all run through it.
 */
import { Agent } from "node:http";
import { Socket, type TcpNetConnectOpts } from "node:net";

export class NoNetworkError extends Error {
  override readonly name = "NoNetworkError";
}

export class Network extends Agent {
  readonly #wires = new Set<Wire>();
  #isDown = false;

  constructor() {
    super({ keepAlive: true });
  }

  /** All connections are lost at once, and no other can be made until `up()`: not even a goodbye gets out. */
  down(): void {
    this.#isDown = true;
    for (const wire of this.#wires) wire.destroy(new NoNetworkError("The network was lost."));
  }

  up(): void {
    this.#isDown = false;
  }

  /** The server's next word on each connection gets lost, and the connection with it. */
  loseNextAnswer(): void {
    for (const wire of this.#wires) wire.losesAnswer = true;
  }

  override createConnection(options: TcpNetConnectOpts): Socket {
    const wire = new Wire();
    if (this.#isDown) return wire; // which is connected to nothing, so the request fails
    this.#wires.add(wire);
    wire.once("close", () => this.#wires.delete(wire));
    return wire.setNoDelay().connect(options);
  }
}

class Wire extends Socket {
  losesAnswer = false;

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (!this.losesAnswer || chunk === null) return super.push(chunk, encoding);
    this.destroy(new NoNetworkError("The answer was lost."));
    return false;
  }
}
