import { byId } from "./elements.js";

const COPIED_MS = 1500;

/**
 * The lines to paste elsewhere. Returns `setRoom(room)`, which puts the room you talk in into the plain
 * client's messages, so that it meets you there. The page's own address serves both kinds of clients.
 */
export function showTerminal({ origin }) {
  const plainUrl = `${origin.replace(/^http/, "ws")}/socket.io/?transport=websocket`;
  byId("wscat").textContent = `npx -y wscat -c "${plainUrl}"`;
  byId("client").textContent = `io("${origin}")`;
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
    // No clipboard here (neither localhost nor https, or forbidden): select the line, so
    // that one key copies it.
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
