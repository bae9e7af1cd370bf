import { byId, chosenButton, note } from "./elements.js";

/**
 * The form that talks in a room. Returns `setRooms(rooms, newest)`: the rooms to choose from; a room just
 * joined is chosen at once. Calls `onRoom(room)` when the chosen room changes (undefined for none).
 */
export function showComposer(connection, log, onRoom) {
  const select = byId("say-room");
  const text = byId("text");
  const place = byId("say-note");
  const controls = [...byId("say-form").elements];

  byId("say-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const action = chosenButton(event);
    const message = { room: select.value, text: text.value, to: action === "say" ? "all" : "others" };
    try {
      const { time } = await connection.ask(action, message.room, message.text);
      // The server sends it to the others only; the log should still tell what you said.
      if (action === "say-others") log.said({ ...message, time, from: { id: connection.state.id } });
      if (text.value === message.text) text.value = "";
      note(place, "");
    } catch (error) {
      note(place, error.message, "mistake");
    }
    text.focus();
  });
  select.addEventListener("change", () => onRoom(select.value));

  const setRooms = (rooms, newest) => {
    const chosen = rooms.includes(newest) ? newest : select.value;
    const options = rooms.map((room) => new Option(room, room));
    select.replaceChildren(...(options.length > 0 ? options : [new Option("none", "")]));
    if (rooms.includes(chosen)) select.value = chosen;
    for (const control of controls) control.disabled = rooms.length === 0;
    text.placeholder = rooms.length === 0 ? "Create or join a room to talk" : "Say something";
    onRoom(rooms.length === 0 ? undefined : select.value);
  };
  setRooms([]);
  return setRooms;
}
