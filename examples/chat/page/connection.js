import { io } from "./socket-io-client.js";

const ANSWER_TIMEOUT_MS = 10_000;

/** Why a socket disconnected, in words. The keys are Socket.IO's reasons. */
const REASONS = {
  "io server disconnect": "the server ended the connection",
  "ping timeout": "the server went silent",
  "transport close": "the connection was lost",
  "transport error": "the connection broke",
  "parse error": "the server sent something that is no Socket.IO packet",
};

/**
 * The page's one Socket.IO connection, to one namespace at a time. It outlives its sockets: listeners
 * stay when the person changes the namespace.
 *
 * `state` is `{ status, namespace, id, transport, notice, trouble }`: `status` is "disconnected",
 * "connecting" or "connected"; `transport` is "polling" or "websocket", once connected; `notice` says in
 * words what became of the connection, or is ""; `trouble` is true when nobody wanted that.
 */
export class Connection {
  state = {
    status: "disconnected",
    namespace: "/",
    id: undefined,
    transport: undefined,
    notice: "",
    trouble: false,
  };
  #socket;
  #eventListeners = [];
  #stateListeners = [];

  /** Listens to an event of the server, on this and every later socket. */
  on(event, listener) {
    this.#eventListeners.push([event, listener]);
    this.#socket?.on(event, listener);
  }

  /** Hears of every change with the state after and before it. */
  onState(listener) {
    this.#stateListeners.push(listener);
  }

  /** Connects to a namespace, leaving the one before. `auth()` is asked anew at each attempt. */
  open(namespace, auth) {
    this.#drop();
    const socket = io(namespace, { auth: (send) => send(auth()) });
    this.#socket = socket;
    this.#change({ status: "connecting", namespace });

    socket.on("connect", () => this.#connected(socket));
    socket.on("disconnect", (reason) => {
      const words = `Disconnected: ${REASONS[reason] ?? "no reason known"} (${reason}).`;
      this.#change({
        status: socket.active ? "connecting" : "disconnected",
        notice: socket.active ? `${words} Connecting again.` : words,
        trouble: true,
      });
    });
    socket.on("connect_error", (error) => {
      const code = error.data?.code ? ` (${error.data.code})` : "";
      const notice = socket.active
        ? `Cannot reach the server (${error.message}). Is it running? Trying again.`
        : `${namespace} refused: ${error.message}${code}`;
      this.#change({ status: socket.active ? "connecting" : "disconnected", notice, trouble: true });
    });
    for (const [event, listener] of this.#eventListeners) socket.on(event, listener);
  }

  /** Disconnects and stays so. */
  close() {
    const wasConnected = this.#socket?.connected === true;
    this.#drop();
    this.#change({ status: "disconnected", notice: wasConnected ? "You disconnected." : "" });
  }

  /** Sends an event and returns what the server answered. Throws, in words, its refusal or its silence. */
  async ask(event, ...args) {
    if (this.state.status !== "connected") throw new Error("You are not connected.");
    const answer = await this.#socket
      .timeout(ANSWER_TIMEOUT_MS)
      .emitWithAck(event, ...args)
      .catch((cause) => {
        throw new Error("The server did not answer. Is it still running?", { cause });
      });
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  #connected(socket) {
    const { engine } = socket.io;
    this.#change({ status: "connected", id: socket.id, transport: engine.transport.name });
    engine.once("upgrade", ({ name }) => {
      if (socket === this.#socket && socket.connected) this.#change({ ...this.state, transport: name });
    });
  }

  #drop() {
    this.#socket?.off();
    this.#socket?.disconnect();
    this.#socket = undefined;
  }

  #change(changes) {
    const before = this.state;
    this.state = { ...before, id: undefined, transport: undefined, notice: "", trouble: false, ...changes };
    for (const listener of this.#stateListeners) listener(this.state, before);
  }
}
