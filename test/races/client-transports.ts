/** The transports of a real `socket.io-client`, over a network that is not there. */
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { World } from "./world.js";

interface PollingTransport {
  uri(): string;
}

interface WebSocketTransport {
  readonly ws: { send(frame: string): void };
}

/** Its own bases, so that pausing, probing and flushing are upstream's. */
const { XHR, WebSocket } = createRequire(createRequire(import.meta.url).resolve("socket.io-client"))(
  "engine.io-client",
) as {
  readonly XHR: new (options: object) => PollingTransport;
  readonly WebSocket: new (options: object) => WebSocketTransport;
};

export function transportsIn(world: World, onSocket: (id: string) => void) {
  class SimulatedPolling extends XHR {
    request({ method = "GET", data }: { method?: string; data?: string } = {}): EventEmitter {
      const request = Object.assign(new EventEmitter(), { abort() {} });
      void world.request(method, this.uri(), data).then(({ status, body }) => {
        if (status !== 200) return request.emit("error", status);
        request.emit("data", body);
        return request.emit("success");
      });
      request.on("error", () => {}); // of a request that nobody waits for
      return request;
    }
  }

  class SimulatedWebSocket extends WebSocket {
    createSocket(uri: string): object {
      const socket = world.open(uri);
      onSocket(socket.id);
      return socket;
    }

    doWrite(_packet: object, data: string): void {
      this.ws.send(data);
    }
  }
  return [SimulatedPolling, SimulatedWebSocket];
}
