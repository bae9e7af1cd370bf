import { byId, element } from "./elements.js";

/** Older entries go, so that a page left open stays light. */
const MAX_ENTRIES = 500;

/** Two digits each and no "AM", so that all times are equally wide. */
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

/**
 * Everything that the server sent, newest last, each with its time and the name of its event. It follows the
 * newest entry unless the reader has scrolled up.
 */
export function showLog(connection) {
  const list = byId("log");
  const scroller = list.parentElement;
  const isYou = ({ id }) => id === connection.state.id;
  const nameOf = (person) => (isYou(person) ? "You" : person.name);

  const setEmpty = () => {
    byId("log-empty").hidden = list.childElementCount > 0;
  };
  const add = (className, time, ...body) => {
    const follows = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    const shown = time.toLocaleTimeString([], CLOCK);
    const clock = element("time", { dateTime: time.toISOString() }, shown);
    list.append(element("li", { className }, clock, element("div", {}, ...body)));
    if (list.childElementCount > MAX_ENTRIES) list.firstElementChild.remove();
    setEmpty();
    if (follows) scroller.scrollTop = scroller.scrollHeight;
  };
  const notice = (event, text) =>
    add("notice", new Date(), element("p", {}, text), element("code", { title: "the event's name" }, event));
  const said = ({ room, text, from, to, time }) =>
    add(
      isYou(from) ? "said mine" : "said",
      new Date(time),
      element(
        "p",
        { className: "who" },
        element("b", {}, nameOf(from)),
        element("span", { className: "tag", title: "room" }, room),
        ...(to === "others" ? [element("span", { className: "aside" }, "to the others")] : []),
      ),
      element("p", { className: "text" }, text),
    );

  byId("clear").addEventListener("click", () => {
    list.replaceChildren();
    setEmpty();
  });

  connection.onState((state, before) => {
    if (state.notice && state.notice !== before.notice) {
      add(state.trouble ? "notice trouble" : "notice", new Date(), element("p", {}, state.notice));
    }
  });
  connection.on("said", said);
  connection.on("sayHello", (text) => notice("sayHello", text));
  connection.on("newcomer", (person) =>
    notice(
      "newcomer",
      isYou(person) ? "You are new here; all have been told." : `${person.name} is new here.`,
    ),
  );
  connection.on("arrived", (person) => notice("arrived", `Say hello to ${person.name}.`));
  connection.on("departed", (person) => notice("departed", `${person.name} has gone.`));
  connection.on("renamed", (person, formerName) =>
    notice(
      "renamed",
      isYou(person) ? `You are ${person.name} now.` : `${formerName} is called ${person.name} now.`,
    ),
  );
  connection.on("room-created", (room, by) => notice("room-created", `${nameOf(by)} created “${room}”.`));
  connection.on("room-joined", (room, who) => notice("room-joined", `${nameOf(who)} joined “${room}”.`));
  connection.on("room-left", (room, who) => notice("room-left", `${nameOf(who)} left “${room}”.`));
  connection.on("room-deleted", (room, by) => notice("room-deleted", `${nameOf(by)} deleted “${room}”.`));
  return { said };
}
