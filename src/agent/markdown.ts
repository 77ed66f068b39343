import { escapeControls } from "./escape.ts";

/** What a renderer may take for more than a character, beside what a backslash tames in every dialect. */
const MARKDOWN_ENTITIES: Readonly<Record<string, string>> = {
  // Some renderers part the cells of a table before they look at backslashes.
  "|": "&#124;",
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "~": "&#126;",
  // Without these an address is no link.
  ":": "&#58;",
  "@": "&#64;",
};

/**
 * Makes a text from outside (an object key, a server's message) safe in Markdown, in a cell of a table too: it is shown as it is,
 * on one line, whatever it holds. Source: "Backslash escapes" and "Autolinks (extension)" in the GitHub Flavored Markdown Spec.
 */
export function escapeMarkdown(text: string): string {
  return escapeControls(text)
    .replace(/[\\`*_{}[\]()#!]/g, "\\$&")
    .replace(/[|<>&~:@]/g, (character) => MARKDOWN_ENTITIES[character] ?? "")
    .replace(/^\s*[-+=]|^\s*\d+\./, (start) => `${start.slice(0, -1)}&#${start.charCodeAt(start.length - 1)};`)
    .replace(/www\./gi, (start) => `${start.slice(0, -1)}&#46;`);
}
