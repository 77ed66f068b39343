import { UnsupportedError } from "./line-message.ts";

/** The URL paths that a rule of `_headers` or `_redirects` matches. Paths are decoded, and a `/` at their end makes no difference. */
export interface PathPattern {
  /** `exact` is one path; `folder` is a path and all below it, for example `/docs/*`; `wild` is any other path with a `*` or a `:name`. */
  readonly kind: "exact" | "folder" | "wild";
  /** The host of a pattern that is a whole URL, in lower case; its scheme and port make no difference. */
  readonly host?: string;
  /** With a `/` at its start, decoded; at its end only if it is `/`, or a `*` follows. A `*` or a `:name` in it may be text: see `parts`. */
  readonly path: string;
  /** The path as decoded text and wildcards in turn, text first: `/a/:id/*` is `["/a/", ":id", "/", "*", ""]`. */
  readonly parts: readonly string[];
  /** What all its paths start with: the path, up to the first `*` or `:name`. */
  readonly head: string;
  /** The names of its parts, `splat` for the `*`. */
  readonly names: readonly string[];
  /** The source of a regular expression for the whole path, with a named group for each of `names`. */
  readonly expression: string;
  matches(path: string): boolean;
}

/**
 * Reads a path of `_headers` or `_redirects`, or a URL, with at most one `*` and any number of `:name` at the start of a part between
 * slashes. The trailing `/*` matches its folder too. Sources: "Custom headers" and "Redirect options" in the Netlify Docs, "Headers" and
 * "Redirects" in the Cloudflare Pages docs. Case counts, as it does in object keys.
 *
 * @throws {UnsupportedError} for what others understand; Error that says what is wrong with it.
 */
export function parsePathPattern(text: string): PathPattern {
  const [, urlHost, urlPath] = /^https?:\/\/([^/]+?)(?::\d+)?(\/.*)?$/i.exec(text) ?? [];
  if (urlHost !== undefined && !/^[\w.[\]-]+$/.test(urlHost))
    throw new UnsupportedError("hosts with placeholders are not supported.");
  const written = urlHost === undefined ? text : (urlPath ?? "/");
  if (!written.startsWith("/")) throw new Error(`"${text}" is not a path. Write one that starts with /.`);
  if (written.includes("?")) throw new UnsupportedError("a query in the path is not supported.");
  if (written.split("*").length > 2)
    throw new UnsupportedError("more than one * is not supported. Use placeholders, for example :name.");
  const parts = partsOf(written);
  const names = parts.flatMap((part, index) => (index % 2 === 0 ? [] : [part === "*" ? "splat" : part.slice(1)]));
  if (new Set(names).size < names.length) throw new Error(`"${text}" uses a placeholder twice.`);
  const expression = expressionOf(parts);
  const matcher = new RegExp(`^${expression}$`);
  return {
    kind: names.length === 0 ? "exact" : names.length === 1 && endsWithFolder(parts) ? "folder" : "wild",
    ...(urlHost === undefined ? {} : { host: urlHost.toLowerCase() }),
    path: parts.join(""),
    parts,
    head: parts[0] ?? "",
    names,
    expression,
    matches: (candidate) => matcher.test(candidate),
  };
}

/** Whether a path may exist that both match. Never false if there is one. */
export function mayOverlap(one: PathPattern, other: PathPattern): boolean {
  if (one.host !== undefined && other.host !== undefined && one.host !== other.host) return false;
  if (one.kind === "exact") return other.matches(one.path);
  if (other.kind === "exact") return one.matches(other.path);
  return one.head.startsWith(other.head) || other.head.startsWith(one.head);
}

/** Whether the first matches everything that the second does. Never true if it does not. */
export function covers(wide: PathPattern, narrow: PathPattern): boolean {
  if (wide.host !== undefined && wide.host !== narrow.host) return false;
  if (wide.expression === narrow.expression) return true;
  if (narrow.kind === "exact") return wide.matches(narrow.path);
  return wide.kind === "folder" && narrow.head.startsWith(wide.head);
}

/** Divides before it decodes, because a `%2A` or a `%3A` stands for the character itself. */
function partsOf(written: string): readonly string[] {
  const parts = written
    .split(/((?<=\/):[A-Za-z]\w*|\*)/)
    .map((part, index) => (index % 2 === 0 ? decode(part, written) : part));
  const last = parts.pop() ?? "";
  return [...parts, last.replace(parts.length === 0 ? /(?<=.)\/+$/ : /\/+$/, "")];
}

/** Whether the last part is the `*` of a `/*`. */
function endsWithFolder(parts: readonly string[]): boolean {
  const [text = "", wildcard, rest] = parts.slice(-3);
  return text.endsWith("/") && wildcard === "*" && rest === "";
}

function expressionOf(parts: readonly string[]): string {
  const path = parts.join("");
  const expression = parts
    .map((part, index) => (index % 2 === 0 ? escapeExpression(part) : wildcardExpression(part)))
    .join("");
  if (endsWithFolder(parts) && path !== "/*") return expression.replace(/\/(\(\?<splat>\.\*\))$/, "(?:/$1)?");
  const isOpen = path === "/" || parts.some((part, index) => index % 2 === 1 && part === "*");
  return isOpen ? expression : `${expression}/?`;
}

function wildcardExpression(wildcard: string): string {
  return wildcard === "*" ? "(?<splat>.*)" : `(?<${wildcard.slice(1)}>[^/]+)`;
}

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** @param path that the text is a part of, for the message. */
function decode(text: string, path: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`"${path}" has a % that is not part of an escape. Write %25 for a % character.`);
  }
}
