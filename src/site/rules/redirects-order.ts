import type { LineMessage } from "./line-message.ts";
import { covers } from "./path-pattern.ts";
import type { RedirectRule } from "./redirects-file.ts";
import { pathsOfFiles, type RedirectSite } from "./redirects-site.ts";
import { parseRedirectTarget, targetParts } from "./redirects-target.ts";

/**
 * Takes out the rules that no visitor meets, or that no visitor should: the first rule that holds for a request decides, and without `!`
 * a file of the site comes before any rule.
 *
 * @returns the others in order, without the host where it is the site's own; and a warning for each that is taken out.
 */
export function effectiveRules(
  rules: readonly RedirectRule[],
  site: RedirectSite,
): { readonly rules: readonly RedirectRule[]; readonly warnings: readonly LineMessage[] } {
  const files = pathsOfFiles(site);
  const effective: RedirectRule[] = [];
  const warnings: LineMessage[] = [];
  for (const written of rules) {
    const rule = withoutOwnHost(written, site);
    const why = whyWithoutEffect(rule, effective, files, site);
    if (why === undefined) effective.push(rule);
    else
      warnings.push({
        line: rule.line,
        code: "site-rule-skipped",
        message: `the rule for ${rule.from.path} has no effect: ${why}.`,
      });
  }
  return { rules: effective, warnings };
}

function withoutOwnHost(rule: RedirectRule, { siteUrl }: RedirectSite): RedirectRule {
  const { host, ...from } = rule.from;
  return host !== undefined && host === siteUrl?.hostname ? { ...rule, from } : rule;
}

function whyWithoutEffect(
  rule: RedirectRule,
  earlier: readonly RedirectRule[],
  files: ReadonlySet<string>,
  site: RedirectSite,
): string | undefined {
  const first = earlier.find((other) => takesAllOf(other, rule));
  if (first) return `line ${first.line} comes first`;
  if (rule.from.kind === "exact" && !rule.force && files.has(rule.from.path)) {
    return `the site has a file there. Write the status with a ! to send visitors elsewhere nevertheless`;
  }
  if (leadsBack(rule, site)) return "it leads to a path that it holds for itself, without end";
  return undefined;
}

/** Whether the first leaves the second nothing to do. Files come before the first, but not before a second with a `!`. */
function takesAllOf(first: RedirectRule, second: RedirectRule): boolean {
  const always = Object.keys(first.query).length === 0 && Object.keys(first.conditions).length === 0;
  return always && (first.force || !second.force) && covers(first.from, second.from);
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
