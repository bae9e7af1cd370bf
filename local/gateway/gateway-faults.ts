/**
 * What may go wrong at the gateway. It asks at the moment where it would, and each "yes"
 * counts as a fault that has struck.
 */
export interface GatewayFaults {
  /** Milliseconds that a post waits before anything is done about it. */
  slowPost(connectionId: string, frame: string): number;
  /** How a post to an open connection is answered other than with its 200. */
  post(connectionId: string, frame: string): PostFault | undefined;
  /** How often the `$disconnect` of this connection is sent. */
  disconnects(connectionId: string): number;
  /** Whether the connection is cut behind this message, as at the end of its two hours. */
  cuts(connectionId: string, frame: string): boolean;
}

export interface PostFault {
  readonly status: 410 | 429 | 500;
  /** The client gets the frame all the same. */
  readonly isDelivered: boolean;
}
