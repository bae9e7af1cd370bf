/** Tells a developer once about something that is accepted and has no meaning here. */
const said = new Set<string>();

function sayOnce(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  console.warn(`[socket.io-lambda] ${text}`);
}

export = sayOnce;
