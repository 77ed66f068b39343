import type { TakeTurns } from "../../scheduling/event-loop-turns.ts";
import type { LineWarning } from "./line-message.ts";
import { PatternIndex } from "./pattern-index.ts";
import type { RedirectRule } from "./redirects-file.ts";
import { pathsOfFiles, type RedirectSite } from "./redirects-site.ts";
import { parseRedirectTarget, targetParts } from "./redirects-target.ts";

/**
 * Removes rules that can never apply: the first matching rule of a request wins, and without `!` a file of the site comes before any
 * rule.
 *
 * @returns the others in order, without the host if it is the site's own; and a warning for each that is dropped.
 */
export async function effectiveRules(
  rules: readonly RedirectRule[],
  site: RedirectSite,
  takeTurns: TakeTurns,
): Promise<{ readonly rules: readonly RedirectRule[]; readonly warnings: readonly LineWarning[] }> {
  const files = pathsOfFiles(site);
  const effective: RedirectRule[] = [];
  const unconditional = new PatternIndex<RedirectRule>();
  const warnings: LineWarning[] = [];
  for (const written of rules) {
    await takeTurns();
    const rule = withoutOwnHost(written, site);
    const why = whyWithoutEffect(rule, unconditional, files, site);
    if (why !== undefined) {
      const subject = { kind: "rule", name: rule.from.path } as const;
      warnings.push({ line: rule.line, subject, outcome: "without effect", ...why });
      continue;
    }
    effective.push(rule);
    if (isUnconditional(rule)) unconditional.add(rule.from, rule);
  }
  return { rules: effective, warnings };
}

function withoutOwnHost(rule: RedirectRule, { siteUrl }: RedirectSite): RedirectRule {
  const { host, ...from } = rule.from;
  return host !== undefined && host === siteUrl?.hostname ? { ...rule, from } : rule;
}

function whyWithoutEffect(
  rule: RedirectRule,
  earlier: PatternIndex<RedirectRule>,
  files: ReadonlySet<string>,
  site: RedirectSite,
): Pick<LineWarning, "reason" | "commonReason"> | undefined {
  // Files come before the first rule, but not before a later one with a `!`.
  const first = earlier.firstCovering(rule.from, (other) => other.force || !rule.force);
  if (first) return { reason: `line ${first.line} comes first.`, commonReason: "earlier lines come first." };
  if (rule.from.kind === "exact" && !rule.force && files.has(rule.from.path)) {
    return { reason: "the site has a file there. To redirect anyway, write a ! after the status, for example 301!" };
  }
  if (leadsBack(rule, site)) return { reason: "it leads to a path that it matches itself, without end." };
  return undefined;
}

function isUnconditional({ query, conditions }: RedirectRule): boolean {
  return Object.keys(query).length === 0 && Object.keys(conditions).length === 0;
}

function leadsBack({ from, query, to, status }: RedirectRule, { siteUrl }: RedirectSite): boolean {
  const { origin, path } = parseRedirectTarget(to);
  const staysOnSite = origin === undefined || origin.host === (from.host ?? siteUrl?.host);
  if (status < 300 || status > 399 || !staysOnSite || Object.keys(query).length > 0) return false;
  const filled = targetParts(path.replace(/[?#].*$/, ""), from.names).map((part, index) =>
    index % 2 === 0 ? part : "x",
  );
  return from.matches(filled.join(""));
}
