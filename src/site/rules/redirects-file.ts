import { type LineMessage, type LineWarning, UnsupportedError } from "./line-message.ts";
import { type PathPattern, parsePathPattern } from "./path-pattern.ts";

/** One line of a `_redirects` file. */
export interface RedirectRule {
  readonly line: number;
  readonly from: PathPattern;
  /** The query parameters that a request must have, and no others: each a value, or a `:name` for `to`. Empty if none matter. */
  readonly query: Readonly<Record<string, string>>;
  /** A path or URL, with `:name` and `:splat` for parts of the request; ASCII. */
  readonly to: string;
  readonly status: RedirectStatus;
  /** Whether the rule comes before a file of the site at the same path. */
  readonly force: boolean;
  /** What must hold of the visitor, one value of each: lower-case names, for example `country`, and values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

export type RedirectStatus = (typeof STATUSES)[number];

const STATUSES = [200, 301, 302, 303, 307, 308, 404] as const;

const CONDITIONS = ["country", "language", "role", "cookie"];

/**
 * Reads a `_redirects` file: lines of `from [name=value ...] to [status[!]] [Condition=value,...]`. Without a status a line is a 301, as at
 * Netlify; at Cloudflare it would be a 302. Empty lines are skipped, and so is what follows a `#` at the start of a word. Sources:
 * "Redirect options" in the Netlify Docs, "Redirects" in the Cloudflare Pages docs.
 *
 * @returns the rules, in order; a problem for each malformed line; and a warning for each that is skipped because it is not supported.
 */
export function parseRedirectsFile(text: string): {
  readonly rules: readonly RedirectRule[];
  readonly problems: readonly LineMessage[];
  readonly warnings: readonly LineWarning[];
} {
  const rules: RedirectRule[] = [];
  const problems: LineMessage[] = [];
  const warnings: LineWarning[] = [];
  for (const [index, rawLine] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const words = rawLine.replace(/(^|\s)#.*$/, "").match(/\S+/g);
    if (!words) continue;
    try {
      rules.push(readRule(words, line));
    } catch (error) {
      const { message } = error as Error;
      const subject = { kind: "rule", name: words[0] ?? "" } as const;
      if (error instanceof UnsupportedError) warnings.push({ line, subject, outcome: "skipped", reason: message });
      else problems.push({ line, code: "site-file-invalid", message });
    }
  }
  return { rules, problems, warnings };
}

function readRule([source = "", ...words]: readonly string[], line: number): RedirectRule {
  // Cloudflare's documentation names rules for hosts without a scheme among those that it does not support.
  if (/^[\w-]+(\.[\w-]+)+\//.test(source))
    throw new UnsupportedError("rules for hosts start with http:// or https://.");
  if (words[0] !== undefined && isStatus(words[0]))
    throw new UnsupportedError("a rule without a target is not supported.");
  const toIndex = words.findIndex((word) => /^(\/|https?:\/\/)/i.test(word));
  const to = words[toIndex];
  if (to === undefined) {
    throw new Error(
      `the rule for "${source}" has no target. Write a path that starts with /, or a URL that starts with http:// or https://.`,
    );
  }
  const [statusWord, ...conditionWords] = withStatus(words.slice(toIndex + 1));
  const conditions = Object.entries(readPairs(conditionWords)).map(([name, value]) => readCondition(name, value));
  return {
    line,
    // A browser keeps what follows the # to itself.
    from: parsePathPattern(source.replace(/#.*$/, "")),
    query: readPairs(words.slice(0, toIndex)),
    to: to.replace(/[^\x20-\x7e]+/gu, encodeURIComponent),
    ...readStatus(statusWord),
    conditions: Object.fromEntries(conditions),
  };
}

/** The words behind the target, the first of them a status. */
function withStatus(words: readonly string[]): readonly [string, ...string[]] {
  const [first, ...rest] = words;
  return first === undefined || first.includes("=") ? ["301", ...words] : [first, ...rest];
}

function readStatus(word: string): Pick<RedirectRule, "status" | "force"> {
  const known = STATUSES.join(", ");
  if (!isStatus(word)) throw new Error(`"${word}" is not a status. Use one of ${known}.`);
  const status = STATUSES.find((each) => each === Number.parseInt(word, 10));
  if (status === undefined)
    throw new UnsupportedError(`the status ${Number.parseInt(word, 10)} is not supported. Use one of ${known}.`);
  return { status, force: word.endsWith("!") };
}

/** From 100 to 599, with a `!` behind it or without. */
function isStatus(word: string): boolean {
  return /^[1-5]\d\d!?$/.test(word);
}

function readPairs(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(word) ?? [];
      if (name === undefined || value === undefined) throw new Error(`"${word}" is not of the form name=value.`);
      return [name, value];
    }),
  );
}

function readCondition(name: string, value: string): [name: string, values: string[]] {
  const lowerCaseName = name.toLowerCase();
  if (!CONDITIONS.includes(lowerCaseName)) {
    throw new UnsupportedError(`the condition ${name} is not supported.`);
  }
  return [lowerCaseName, value.split(",").filter((each) => each !== "")];
}
