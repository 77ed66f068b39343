import { escapeControls } from "./escape.ts";

/** Characters that Markdown may interpret and that a backslash does not escape in every dialect. */
const MARKDOWN_ENTITIES: Readonly<Record<string, string>> = {
  // Some renderers split table cells before they handle backslashes.
  "|": "&#124;",
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "~": "&#126;",
  // Without these, a URL does not become a link.
  ":": "&#58;",
  "@": "&#64;",
  // Azure DevOps sets what is between two of them as a formula.
  $: "&#36;",
};

/**
 * A link.
 *
 * @param text comes from outside, as in `escapeMarkdown`.
 * @param address a URL as `URL` writes it. What Markdown, a table or a formula may end in it is percent-encoded.
 */
export function markdownLink(text: string, address: string): string {
  const encode = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return `[${escapeMarkdown(text)}](${address.replace(/[()|<>\\*~`$]/g, encode)})`;
}

/**
 * Makes a text from outside (an object key, a server's message) safe in Markdown, in a cell of a table too: it is shown as it is,
 * on one line, whatever it holds. Sources: "Backslash escapes" and "Autolinks (extension)" in the GitHub Flavored Markdown Spec; "Ignore or
 * escape Markdown syntax" (also of `#` and `!` before the number of a work item or a pull request) and "Mathematical notation" in the
 * Markdown guidance of Azure DevOps.
 */
export function escapeMarkdown(text: string): string {
  return escapeControls(text)
    .replace(/[\\`*_{}[\]()#!]/g, "\\$&")
    .replace(/[|<>&~:@$]/g, (character) => MARKDOWN_ENTITIES[character] ?? "")
    .replace(/^\s*[-+=]|^\s*\d+\./, (start) => `${start.slice(0, -1)}&#${start.charCodeAt(start.length - 1)};`)
    .replace(/www\./gi, (start) => `${start.slice(0, -1)}&#46;`);
}
