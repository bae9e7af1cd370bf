/** Numbers as the reports print them. */

export function dollars(usd: number): string {
  return `$${money(usd)}`;
}

/** Cents below 100, whole dollars above. */
export function money(usd: number): string {
  const digits = Math.abs(usd) < 100 ? 2 : 0;
  return usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function share(part: number): string {
  return `${Math.round(part * 100)} %`;
}

export function plural(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function whole(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: count < 10 ? 2 : 0 });
}

/** Millions with two decimals, or the plain number where it is small. */
export function quantity(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toLocaleString("en-US", { maximumFractionDigits: 2 })} M`;
  if (count < 1) return String(Number(count.toPrecision(2)));
  return count.toLocaleString("en-US", { maximumFractionDigits: count < 100 ? 2 : 0 });
}
