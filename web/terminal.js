import { byId } from "./elements.js";

const COPIED_MS = 1500;

/**
 * The lines to paste elsewhere. Returns `setRoom(room)`, which puts the room you talk in into the plain client's
 * messages, so that it meets you there.
 */
export function showTerminal({ wscat, client }) {
  byId("wscat").textContent = wscat;
  byId("client").textContent = client;
  for (const button of document.querySelectorAll("[data-copies]")) {
    label(button, "Copy");
    button.addEventListener("click", () => copy(byId(button.dataset.copies), button));
  }
  const setRoom = (room = "tea") => {
    byId("plain-join").textContent = JSON.stringify({ action: "join-room", data: [room] });
    byId("plain-say").textContent = JSON.stringify({ action: "say", data: [room, "hi"] });
  };
  setRoom();
  return setRoom;
}

async function copy(line, button) {
  try {
    await navigator.clipboard.writeText(line.textContent);
    label(button, "Copied");
  } catch {
    // No clipboard here (neither localhost nor https, or forbidden): select the line, so that one key copies it.
    getSelection().selectAllChildren(line);
    label(button, "Ctrl+C");
  }
  setTimeout(() => label(button, "Copy"), COPIED_MS);
}

/** Four buttons say "Copy"; to a screen reader each also says what. */
function label(button, word) {
  const title = button.parentElement.querySelector("h3").textContent;
  button.textContent = word;
  button.ariaLabel = `${word}: ${title}`;
}
