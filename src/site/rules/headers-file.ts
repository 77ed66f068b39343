import { type HeadersFileRule, parseHeadersFileRules } from "./headers-file-rules.ts";
import { headerOutcomes } from "./headers-file-values.ts";
import type { LineMessage, LineWarning } from "./line-message.ts";
import { type ResponseHeadersPolicy, responseHeadersPolicies } from "./response-headers-policy.ts";

/** The effect of a `_headers` file on S3. */
export interface HeadersFile {
  /** One for each line that is skipped because it is malformed. */
  readonly problems: readonly LineMessage[];
  /** The headers of an object that visitors find at these decoded URL paths, for example `/docs/index.html` and `/docs/`. */
  headersFor(urlPaths: readonly string[]): ObjectHeaders;
  /** One for each line that S3 cannot apply, in order. */
  readonly warnings: readonly LineWarning[];
  /** What a CloudFront distribution needs to apply those lines, the narrowest path first. */
  readonly responseHeadersPolicies: readonly ResponseHeadersPolicy[];
}

/** Headers that a `_headers` file wants an object to be kept with. */
export interface ObjectHeaders {
  /** Lower-case names, and values as they go on the wire. */
  readonly set: Readonly<Record<string, string>>;
  /** Lower-case names of headers that the object is not to get from elsewhere either. */
  readonly detached: readonly string[];
}

/**
 * The headers that S3 keeps with an object and that a `_headers` file may set. Content-Encoding is not allowed, because it follows from the
 * compression.
 */
const KEPT_HEADERS = new Set(["cache-control", "content-disposition", "content-language", "content-type", "expires"]);

/**
 * Reads a `_headers` file, and divides its headers between the objects of the site and CloudFront.
 *
 * @param siteUrl the site's URL, if known. Rules for other hosts are ignored.
 */
export function parseHeadersFile(text: string, siteUrl?: URL): HeadersFile {
  const { rules, problems, warnings: unsupported } = parseHeadersFileRules(text);
  const [held, foreign] = partition(
    rules,
    ({ pattern }) => pattern.host === undefined || pattern.host === siteUrl?.hostname,
  );
  const unkept = held.map((rule) => ({ ...rule, headers: rule.headers.filter(({ name }) => !isKept(name)) }));
  const { policies, carriedLines } = responseHeadersPolicies(unkept, siteUrl?.pathname ?? "/");
  const warnings = [
    ...unsupported,
    ...foreign.map(foreignHostWarning),
    ...unkept.flatMap(({ headers }) =>
      headers.map(({ line, name }) => unkeptWarning(line, name, carriedLines.has(line))),
    ),
  ];
  return {
    problems,
    headersFor: (urlPaths) => objectHeaders(held.filter(({ pattern }) => urlPaths.some(pattern.matches))),
    warnings: warnings.sort((one, other) => one.line - other.line),
    responseHeadersPolicies: policies,
  };
}

function objectHeaders(rules: readonly HeadersFileRule[]): ObjectHeaders {
  const outcomes = [...headerOutcomes(rules)].filter(([name]) => isKept(name));
  return {
    set: Object.fromEntries(outcomes.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]))),
    detached: outcomes.flatMap(([name, { value }]) => (value === undefined ? [name] : [])),
  };
}

function foreignHostWarning({ line, pattern: { host, path } }: HeadersFileRule): LineWarning {
  const subject = { kind: "rule", name: `https://${host}${path}` } as const;
  return { line, subject, outcome: "skipped", reason: "an object has the same headers for all hosts." };
}

function unkeptWarning(line: number, name: string, carried: boolean): LineWarning {
  const warning = { line, subject: { kind: "header", name }, outcome: "skipped" } as const;
  if (name.toLowerCase() === "content-encoding") return { ...warning, reason: "the input compress sets it." };
  const remedy = carried
    ? "Behind CloudFront, use the response headers policy in the plan file."
    : "CloudFront's response headers policies cannot hold it either.";
  return { ...warning, reason: `S3 does not keep this header with an object. ${remedy}` };
}

function isKept(name: string): boolean {
  return KEPT_HEADERS.has(name.toLowerCase());
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
