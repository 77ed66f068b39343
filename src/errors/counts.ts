/** A count for people: `1,240`. */
export function formatCount(count: number): string {
  // Not toLocaleString: its first call takes 20 ms to load language data.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A count with its noun: `1 file`, `1,240 files`. @param noun in the singular, whose plural only adds an s. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
