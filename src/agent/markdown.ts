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
};

/** A link. A bracket in the address would end it. @param text comes from outside, as in `escapeMarkdown`. */
export function markdownLink(text: string, address: string): string {
  return `[${escapeMarkdown(text)}](${address.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

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
