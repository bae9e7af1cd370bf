/** The element with this id; a page without it is broken, so its absence throws. */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no element with the id "${id}"`);
  return found;
}

/**
 * A new element with these properties and children. Strings become text nodes, never HTML, so what people
 * type is safe to pass.
 */
export function element(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** Says something in a note's place, as a mistake or as news. The place keeps its height when empty. */
export function note(place, text, kind = "news") {
  place.textContent = text;
  place.dataset.kind = kind;
}

/** Which button sent a form; Enter in a field counts as its first button. */
export function chosenButton(submitEvent) {
  return submitEvent.submitter?.value ?? "";
}
