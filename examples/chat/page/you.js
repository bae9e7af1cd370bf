import { byId, note } from "./elements.js";

const STATUS_WORDS = { connected: "Connected", connecting: "Connecting", disconnected: "Disconnected" };
const TRANSPORT_WORDS = { polling: "HTTP long-polling", websocket: "WebSocket" };

/**
 * Who you are and how you are connected: name, id, transport, namespace, token. Connects on start
 * and remembers the name while the tab lives.
 */
export function showYou(connection, { host }) {
  const name = byId("name");
  const token = byId("token");
  const button = byId("connect");
  const connectionNote = byId("connection-note");
  const namespaces = [...document.querySelectorAll("input[name=namespace]")];
  const chosen = () => namespaces.find((radio) => radio.checked)?.value ?? "/";
  const chosenIsOpen = () =>
    connection.state.status !== "disconnected" && connection.state.namespace === chosen();

  byId("address").textContent = host;
  name.value = sessionStorage.getItem("name") ?? "";

  const open = () =>
    connection.open(chosen(), () => ({
      ...(name.value.trim() && { name: name.value.trim() }),
      ...(chosen() === "/members" && { token: token.value }),
    }));

  const show = () => {
    const { status, namespace, id, transport, notice, trouble } = connection.state;
    const place = byId("status");
    place.dataset.status = status;
    place.textContent = status === "connected" ? `Connected to ${namespace}` : STATUS_WORDS[status];
    byId("socket-id").textContent = id ?? "none";
    byId("transport").textContent = TRANSPORT_WORDS[transport] ?? "none";
    button.textContent = chosenIsOpen() ? "Disconnect" : "Connect";
    button.classList.toggle("primary", !chosenIsOpen());
    token.disabled = chosen() !== "/members" || chosenIsOpen();
    note(connectionNote, notice, trouble ? "mistake" : "news");
  };

  byId("name-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await connection.ask("set-name", name.value.trim());
      sessionStorage.setItem("name", answer.name);
      note(connectionNote, `You are ${answer.name} now.`);
    } catch (error) {
      note(connectionNote, error.message, "mistake");
    }
  });

  byId("connection-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (chosenIsOpen()) connection.close();
    else open();
  });

  for (const radio of namespaces) {
    radio.addEventListener("change", () => {
      show();
      const other = chosenIsOpen() ? "" : `Press Connect to go to ${chosen()}.`;
      note(connectionNote, other);
    });
  }

  connection.onState(show);
  open();
}
