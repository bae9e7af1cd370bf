/**
 * Text that a client chose, in log lines and on terminals: event names, namespaces, headers, whatever an
 * error repeats of them. It must not begin a line of its own, which could pass for one of ours, nor write
 * control characters: a terminal obeys those (title, clear screen, links), and marks of direction change how
 * a line looks.
 *
 * All that this library logs passes through `log.ts`, and so through here; what `npm start` prints passes
 * through `local/terminal/event-lines.ts`. What an app prints with its own `console` is its own.
 */

/**
 * C0, DEL and C1; lone surrogates; U+2028 and U+2029, which end lines; the marks that turn the direction of
 * text.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const UNSAFE_BUT_TABS = /(?!\t)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const LONGEST_TEXT = 1_000;
const LONGEST_NAME = 100;

/**
 * On one line. What a terminal obeys is escaped as in JSON; the rest stays as it is. Cut behind `longest`
 * characters.
 */
export function printable(text: string, longest = LONGEST_TEXT): string {
  const more = text.length - longest;
  const shown = text.slice(0, longest).replace(UNSAFE, escaped);
  return more > 0 ? `${shown}… (${more} characters more)` : shown;
}

/** In quotation marks, which the text cannot close: `"say"`. */
export function quote(text: unknown): string {
  return quoted(String(text), LONGEST_NAME);
}

/** A namespace as it is where its name is an everyday one, or else in quotation marks. */
export function shownNamespace(name: string): string {
  return EVERYDAY_NAME.test(name) ? name : quoted(name, LONGEST_NAME);
}

const EVERYDAY_NAME = /^\/[\w./:@~-]{0,99}$/;

/** An error's own message and stack are the longest things that are worth a look. */
const LONGEST_HEAD = 8_000;
const LONGEST_TAIL = 8_000;

/**
 * On several lines, as stacks and printed objects are. Lines behind the first get an indent where they have
 * none, except brackets that close an object: so no line begins as a line of the log does.
 */
export function printableLines(text: string): string {
  const left = text.length - LONGEST_HEAD - LONGEST_TAIL;
  const whole =
    left > 0 ? `${text.slice(0, LONGEST_HEAD)}\n… ${left} characters …\n${text.slice(-LONGEST_TAIL)}` : text;
  return whole
    .split(/\r?\n/)
    .map((line, index) => {
      const shown = line.replace(UNSAFE_BUT_TABS, escaped);
      return index === 0 || /^($|[ \t}\]])/.test(shown) ? shown : `    ${shown}`;
    })
    .join("\n");
}

function quoted(text: string, longest: number): string {
  const more = text.length - longest;
  const shown = JSON.stringify(text.slice(0, longest)).replace(UNSAFE, escaped);
  return more > 0 ? `${shown}… (${more} characters more)` : shown;
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
