/** The longest reason of a server or library that is shown. The rest is dropped. */
const MAX_REASON_LENGTH = 500;

/**
 * Cuts a text from outside, which may be of any length, before anything searches in it. It is cut at a space if one is near: half a name
 * misleads, and half a secret is not masked.
 *
 * @returns at most `maxLength` characters, with … at the end if something was cut.
 */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, maxLength - 1);
  const space = cut.lastIndexOf(" ");
  return `${space > maxLength / 2 ? cut.slice(0, space) : cut}…`;
}

/** A message from outside, as the reason in one of our sentences: cut, and without its final punctuation. May be empty. */
export function asReason(message: string): string {
  return shorten(message, MAX_REASON_LENGTH).replace(/[.\s]+$/, "");
}
