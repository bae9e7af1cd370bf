import { byId, chosenButton, element, note } from "./elements.js";

const REFRESH_DELAY_MS = 200;

/** What happened, in words, once the server has agreed. */
const DONE = {
  "create-room": (room) => `You created “${room}”.`,
  "join-room": (room) => `You are in “${room}”.`,
  "leave-room": (room) => `You left “${room}”.`,
  "delete-room": (room) => `You deleted “${room}”.`,
};

/**
 * The rooms you are in and those you could join. Calls `onJoined(rooms, newest)` whenever the rooms you are
 * in change. A socket that had to reconnect starts in no room, so it joins again the rooms it was in.
 */
export function showRooms(connection, onJoined) {
  let joined = [];
  let rooms = [];
  let refreshTimer;
  let questions = 0;
  const place = byId("rooms-note");
  const field = byId("room");

  const setJoined = (next, newest) => {
    const changed = next.length !== joined.length || next.some((room) => !joined.includes(room));
    joined = next;
    if (changed) onJoined(joined, newest);
  };

  const render = () => {
    const focused = document.activeElement?.dataset ?? {};
    const listed = new Map(rooms.map(({ name, people }) => [name, people]));
    for (const room of joined) if (!listed.has(room)) listed.set(room, 1);
    const mine = [...listed].filter(([name]) => joined.includes(name));
    const others = [...listed].filter(([name]) => !joined.includes(name));
    fill("joined", mine, ["leave-room", "delete-room"]);
    fill("other", others, ["join-room"]);
    if (focused.room !== undefined) keepFocus(focused);
  };

  const refresh = async () => {
    questions += 1;
    const question = questions;
    try {
      const answer = await connection.ask("list-rooms");
      if (question !== questions) return; // asked again since, or left: a newer answer is on its way
      rooms = answer.rooms;
      setJoined(answer.joined);
      render();
    } catch (error) {
      if (question === questions) note(place, error.message, "mistake");
    }
  };

  const refreshSoon = () => {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(() => connection.state.status === "connected" && refresh(), REFRESH_DELAY_MS);
  };

  const act = async (event, room) => {
    questions += 1; // a list asked for earlier may not know of this
    try {
      const answer = await connection.ask(event, room);
      setJoined(answer.joined, room);
      note(place, DONE[event](room));
      await refresh();
      return true;
    } catch (error) {
      note(place, error.message, "mistake");
      return false;
    }
  };

  const joinAgain = async () => {
    try {
      const held = joined.length > 0 ? (await connection.ask("list-rooms")).joined : [];
      for (const room of joined) if (!held.includes(room)) await connection.ask("join-room", room);
    } catch (error) {
      note(place, error.message, "mistake");
    }
    await refresh();
  };

  byId("room-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const room = field.value.trim();
    // The person may be typing the next name already.
    if ((await act(chosenButton(event), room)) && field.value.trim() === room) field.value = "";
  });
  byId("list-rooms").addEventListener("click", async () => {
    await refresh();
    note(place, rooms.length === 1 ? "There is 1 room." : `There are ${rooms.length} rooms.`);
  });
  for (const list of document.querySelectorAll(".room-lists ul")) {
    list.addEventListener("click", ({ target }) => {
      const { action, room } = target.dataset;
      if (action !== undefined) act(action, room);
    });
  }

  connection.on("room-deleted", (room) => {
    rooms = rooms.filter(({ name }) => name !== room);
    setJoined(joined.filter((name) => name !== room));
    render();
    refreshSoon();
  });
  for (const event of ["newcomer", "departed", "room-created", "room-joined", "room-left"]) {
    connection.on(event, refreshSoon);
  }
  connection.onState((state, before) => {
    if (state.status === "connected") joinAgain();
    else if (state.status === "disconnected" || state.namespace !== before.namespace) {
      questions += 1;
      rooms = [];
      setJoined([]);
      note(place, "");
    }
    render();
  });
  render();
}

function fill(kind, rooms, actions) {
  byId(`${kind}-empty`).hidden = rooms.length > 0;
  byId(`${kind}-rooms`).replaceChildren(
    ...rooms.map(([name, people]) =>
      element(
        "li",
        {},
        element(
          "p",
          {},
          element("span", { className: "room-name", title: name }, name),
          element("span", { className: "people" }, people === 1 ? "1 person" : `${people} people`),
        ),
        ...actions.map((action) => roomButton(action, name)),
      ),
    ),
  );
}

function roomButton(action, room) {
  const word = { "join-room": "Join", "leave-room": "Leave", "delete-room": "Delete" }[action];
  const className = action === "delete-room" ? "plain danger" : "plain";
  return element(
    "button",
    { type: "button", className, ariaLabel: `${word} ${room}`, dataset: { action, room } },
    word,
  );
}

/**
 * After a new rendering the keyboard stays where it was: on the same button, or at least on the same room.
 */
function keepFocus({ action, room }) {
  const buttons = [...document.querySelectorAll(".room-lists button")].filter((b) => b.dataset.room === room);
  const next = buttons.find((button) => button.dataset.action === action) ?? buttons[0] ?? byId("room");
  next.focus();
}
