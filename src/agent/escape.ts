/**
 * Escapes control characters, line separators and text-direction marks as `\u{…}`, and breaks the agent's markers for colors and groups.
 */
export function escapeControls(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Cs}]/gu, escapeCharacter)
    .replaceAll("##[", "## [");
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
