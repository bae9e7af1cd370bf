/**
 * Stands in for `ws` where socket.io-adapter imports it: to frame a broadcast's packet once for all
 * WebSockets of a process (`in-memory-adapter.ts`, `Sender.frame`). On Lambda API Gateway does the framing.
 * The adapter asks first whether there is a `Sender.frame`, so nothing has to throw.
 *
 * Leaves out 45 KB.
 */
export = {};
