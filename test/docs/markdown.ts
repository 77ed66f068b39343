import { readFileSync } from "node:fs";

/** A block of code between fences. */
export interface CodeBlock {
  /** What stands behind the fence: the language, and after a space what this repository says of the block. */
  readonly info: string;
  /** Without the indentation of the fence. */
  readonly code: string;
  /** The line of the fence in the page, from 1. */
  readonly line: number;
}

const FENCED = /^( *)```([^\n]*)\n(.*?)^ *```$/gms;

/** The blocks of code of a page, in lists too. */
export function codeBlocksOf(file: string): CodeBlock[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(FENCED)].map(({ 1: indent = "", 2: info = "", 3: code = "", index }) => ({
    info,
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    line: text.slice(0, index).split("\n").length,
  }));
}

/** The text of a page without its code, of lines as of words. */
function withoutCode(file: string): string {
  return readFileSync(file, "utf8").replaceAll(FENCED, "");
}

/** The targets of a page's links and images, outside of code. */
export function linksOf(file: string): string[] {
  const text = withoutCode(file).replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(file: string): string[] {
  const headings = withoutCode(file).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The rows of a page's tables. */
export function tableRowsOf(file: string): string[] {
  return withoutCode(file)
    .split("\n")
    .filter((line) => /^ *\|/.test(line));
}
