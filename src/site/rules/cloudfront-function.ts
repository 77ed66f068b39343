import type { TakeTurns } from "../../scheduling/event-loop-turns.ts";
import { decodeUrlPath } from "../url-paths.ts";
import { functionSource, ruleLength } from "./cloudfront-function-source.ts";
import { PatternIndex } from "./pattern-index.ts";
import type { RedirectRule } from "./redirects-file.ts";
import { basePathOf, pathsOfFiles, type RedirectSite } from "./redirects-site.ts";
import { parseRedirectTarget, targetParts } from "./redirects-target.ts";

/** "Quotas on CloudFront Functions" in the Amazon CloudFront Developer Guide: 10 KB. */
const MAX_FUNCTION_BYTES = 10_240;

/** A function for the event viewer-request, and the rules that it applies. */
export interface CloudFrontFunction {
  /** JavaScript for the runtime cloudfront-js-2.0; ASCII. */
  readonly source: string;
  readonly rules: ReadonlySet<RedirectRule>;
}

/** Whether a function can apply a rule: it redirects, or uses another object of the site, and has no condition other than the country. */
export function isForFunction({ status, to, conditions }: RedirectRule): boolean {
  const staysOrSends = status === 200 ? to.startsWith("/") : status !== 404;
  return staysOrSends && Object.keys(conditions).every((name) => name === "country");
}

/**
 * Writes a function that applies the first matching rule. A rule that would make the function too long is skipped, and so are later ones
 * for the same paths.
 *
 * @param addsIndexDocument whether a rewrite to a folder must name its index document, as for a REST endpoint.
 * @returns undefined if no rule remains.
 */
export async function cloudFrontFunction(
  rules: readonly RedirectRule[],
  site: RedirectSite,
  addsIndexDocument: boolean,
  takeTurns: TakeTurns,
): Promise<CloudFrontFunction | undefined> {
  const basePath = decodeUrlPath(basePathOf(site));
  const files = pathsOfFiles(site);
  const texts: string[] = [];
  const followed = new Set<RedirectRule>();
  const leftOut = new PatternIndex<RedirectRule>();
  let roomBytes = MAX_FUNCTION_BYTES - functionSource([], basePath).length;
  for (const rule of rules) {
    await takeTurns();
    const text = leftOut.firstOverlapping(rule.from)
      ? undefined
      : fittingText(rule, site, files, addsIndexDocument, roomBytes);
    if (text === undefined) {
      leftOut.add(rule.from, rule);
      continue;
    }
    texts.push(text);
    followed.add(rule);
    roomBytes -= ruleLength(text);
  }
  return followed.size === 0 ? undefined : { source: functionSource(texts, basePath), rules: followed };
}

/** @returns undefined if the rule is longer than there is room for, with the files that it must not take the place of. */
function fittingText(
  rule: RedirectRule,
  site: RedirectSite,
  files: ReadonlySet<string>,
  addsIndexDocument: boolean,
  roomBytes: number,
): string | undefined {
  // It takes long to find the files that a rule matches, so not for a function that is too long anyway.
  if (ruleLength(ruleText(rule, site, new Set(), addsIndexDocument)) > roomBytes) return undefined;
  const text = ruleText(rule, site, files, addsIndexDocument);
  return ruleLength(text) > roomBytes ? undefined : text;
}

/** One element of the function's list, with the names that the handler reads. */
function ruleText(
  rule: RedirectRule,
  site: RedirectSite,
  files: ReadonlySet<string>,
  addsIndexDocument: boolean,
): string {
  const { from, query, conditions, status, force } = rule;
  const { country } = conditions;
  const kept = force || from.kind === "exact" ? [] : [...files].filter((path) => from.matches(path));
  const fields = {
    ...(from.host === undefined ? {} : { host: from.host }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(country ? { countries: country.map((code) => code.toUpperCase()) } : {}),
    ...(kept.length === 0 ? {} : { files: kept }),
    status,
    to: targetParts(targetText(rule, site, addsIndexDocument), targetNames(rule)),
  };
  return `{ from: ${new RegExp(`^${from.expression}$`)}, ${JSON.stringify(fields).slice(1)}`;
}

function targetNames({ from, query }: RedirectRule): readonly string[] {
  return [
    ...from.names,
    ...Object.values(query).flatMap((value) => (/^:[A-Za-z]\w*$/.test(value) ? [value.slice(1)] : [])),
  ];
}

function targetText({ to, status }: RedirectRule, site: RedirectSite, addsIndexDocument: boolean): string {
  const { origin, path } = parseRedirectTarget(to);
  if (origin) return `${origin.protocol}://${origin.host}${path}`;
  const target = basePathOf(site) + path.slice(1);
  if (status !== 200) return target;
  const rewritten = target.replace(/[?#].*$/, "");
  return addsIndexDocument && rewritten.endsWith("/") ? rewritten + site.indexDocument : rewritten;
}
