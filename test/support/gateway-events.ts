/** The events that a function receives from API Gateway, for one connection. */
import { randomUUID } from "node:crypto";
import type { ConnectEvent, DisconnectEvent, MessageEvent } from "../../runtime/events/invocation.js";

export class GatewayEvents {
  readonly connectionId = randomUUID();
  readonly connectedAt = Date.now();

  connect(query: Record<string, string> = {}, headers: Record<string, string> = {}): ConnectEvent {
    return {
      headers,
      multiValueHeaders: listed(headers),
      ...(Object.keys(query).length > 0 && {
        queryStringParameters: query,
        multiValueQueryStringParameters: listed(query),
      }),
      requestContext: { ...this.#context("$connect"), eventType: "CONNECT" },
    };
  }

  /** A frame of the client. */
  message(body: string | object): MessageEvent {
    return {
      body: typeof body === "string" ? body : JSON.stringify(body),
      requestContext: { ...this.#context("$default"), eventType: "MESSAGE", messageId: randomUUID() },
    };
  }

  disconnect(disconnectStatusCode = 1001, disconnectReason = "Going away"): DisconnectEvent {
    return {
      requestContext: {
        ...this.#context("$disconnect"),
        eventType: "DISCONNECT",
        disconnectStatusCode,
        disconnectReason,
      },
    };
  }

  #context(routeKey: string) {
    return {
      connectionId: this.connectionId,
      connectedAt: this.connectedAt,
      apiId: "abc",
      stage: "prod",
      domainName: "abc.execute-api.eu-west-1.amazonaws.com",
      requestId: randomUUID(),
      requestTimeEpoch: Date.now(),
      routeKey,
      identity: { sourceIp: "192.0.2.1" },
    };
  }
}

function listed(values: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}
