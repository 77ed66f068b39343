import type { LineMessage } from "./line-message.ts";
import { type PathPattern, parsePathPattern } from "./path-pattern.ts";

/** One line of a `_redirects` file. */
export interface RedirectRule {
  readonly line: number;
  readonly from: PathPattern;
  /** The query parameters that a request must have, and no others: each a value, or a `:name` for `to`. Empty where none matter. */
  readonly query: Readonly<Record<string, string>>;
  /** A path or URL, with `:name` and `:splat` for parts of the request; ASCII. */
  readonly to: string;
  readonly status: RedirectStatus;
  /** Whether the rule comes before a file of the site at the same path. */
  readonly force: boolean;
  /** What must hold of the visitor, one value of each: lower-case names, as `country`, and values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

export type RedirectStatus = (typeof STATUSES)[number];

const STATUSES = [200, 301, 302, 303, 307, 308, 404] as const;

const CONDITIONS = ["country", "language", "role", "cookie"];

/**
 * Reads a `_redirects` file: lines of `from [name=value ...] to [status[!]] [Condition=value,...]`. Without a status a line is a 301, as at
 * Netlify; at Cloudflare it would be a 302. Blank lines are left out, and so is what follows a `#` at the start of a word. Sources:
 * "Redirect options" in the Netlify Docs, "Redirects" in the Cloudflare Pages docs.
 *
 * @returns the rules, in order, and a problem for each line that is left out because it is malformed.
 */
export function parseRedirectsFile(text: string): {
  readonly rules: readonly RedirectRule[];
  readonly problems: readonly LineMessage[];
} {
  const rules: RedirectRule[] = [];
  const problems: LineMessage[] = [];
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
      problems.push({ line, code: "site-file-invalid", message: (error as Error).message });
    }
  }
  return { rules, problems };
}

function readRule([source = "", ...words]: readonly string[], line: number): RedirectRule {
  const toIndex = words.findIndex((word) => /^(\/|https?:\/\/)/i.test(word));
  const to = words[toIndex];
  if (to === undefined) {
    throw new Error(
      `"${source}" leads nowhere. Write a path that starts with /, or a URL that starts with http:// or https://.`,
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
  const status = STATUSES.find((known) => word === `${known}` || word === `${known}!`);
  if (status === undefined) throw new Error(`"${word}" is not a status. Use one of ${STATUSES.join(", ")}.`);
  return { status, force: word.endsWith("!") };
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
    throw new Error(`there is no condition "${name}". Use one of Country, Language, Role, Cookie.`);
  }
  return [lowerCaseName, value.split(",").filter((each) => each !== "")];
}
