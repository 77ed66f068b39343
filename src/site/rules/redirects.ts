import { type CloudFrontFunction, cloudFrontFunction, isForFunction } from "./cloudfront-function.ts";
import type { LineMessage } from "./line-message.ts";
import { mayOverlap } from "./path-pattern.ts";
import type { RedirectRule } from "./redirects-file.ts";
import type { RedirectObject } from "./redirects-objects.ts";
import { effectiveRules } from "./redirects-order.ts";
import type { RedirectSite } from "./redirects-site.ts";
import { type WebsiteRedirects, websiteRedirects } from "./redirects-website.ts";
import type { RoutingRule } from "./routing-rules.ts";

export interface RedirectContext extends RedirectSite {
  /** Before a REST endpoint, as behind origin access control, S3 sends no visitor elsewhere. */
  readonly hosting: "website" | "rest";
}

/** What becomes of a `_redirects` file on S3. */
export interface CompiledRedirects {
  /** Of different names. One of a name that a file has takes the file's place. */
  readonly objects: readonly RedirectObject[];
  /** In their order, at most 50. */
  readonly routingRules: readonly RoutingRule[];
  /** One for each line that S3 cannot honour, in order. */
  readonly warnings: readonly LineMessage[];
  /** A viewer-request function for cloudfront-js-2.0 that honours what it can of those lines; absent where it has nothing to do. */
  readonly cloudFrontFunction?: string;
}

/**
 * Divides the rules of a `_redirects` file between S3 and a CloudFront function. For each request the first rule that holds is followed,
 * and no rule without `!` comes before a file of the site, in S3 and in the function alike.
 */
export function compileRedirects(rules: readonly RedirectRule[], context: RedirectContext): CompiledRedirects {
  const effective = effectiveRules(rules, context);
  const isRest = context.hosting === "rest";
  const hosted = isRest ? refuseAll(effective.rules) : websiteRedirects(effective.rules, context);
  const wanted = rulesForFunction(effective.rules, hosted.refusals, context);
  const edge = cloudFrontFunction(wanted, context, isRest);
  const warnings = [...hosted.refusals].map(([rule, reason]) => refusalWarning(rule, reason, edge, context));
  return {
    objects: hosted.objects,
    routingRules: hosted.routingRules,
    warnings: [...effective.warnings, ...warnings].sort((one, other) => one.line - other.line),
    ...(edge && { cloudFrontFunction: edge.source }),
  };
}

function refuseAll(rules: readonly RedirectRule[]): WebsiteRedirects {
  const reason = "without a website endpoint S3 sends no visitor elsewhere";
  return { objects: [], routingRules: [], refusals: new Map(rules.map((rule) => [rule, reason])) };
}

/** What S3 refuses, and before that what S3 would follow too late, behind the function. */
function rulesForFunction(
  rules: readonly RedirectRule[],
  refusals: ReadonlyMap<RedirectRule, string>,
  site: RedirectSite,
): readonly RedirectRule[] {
  const wanted: RedirectRule[] = [];
  for (const rule of [...rules].reverse()) {
    const isWanted = refusals.has(rule) ? isForFunction(rule) && !isSinglePageApp(rule, site) : isBefore(rule, wanted);
    if (isWanted) wanted.unshift(rule);
  }
  return wanted;
}

function isBefore({ from }: RedirectRule, later: readonly RedirectRule[]): boolean {
  return later.some((rule) => mayOverlap(from, rule.from));
}

function isSinglePageApp({ from, to, status }: RedirectRule, { indexDocument }: RedirectSite): boolean {
  return from.path === "/*" && status === 200 && (to === "/" || to === `/${indexDocument}`);
}

function refusalWarning(
  rule: RedirectRule,
  reason: string,
  edge: CloudFrontFunction | undefined,
  site: RedirectSite,
): LineMessage {
  const { line, from } = rule;
  return {
    line,
    code: "site-rule-skipped",
    message: `the rule for ${from.path} is left out: ${reason}. ${remedyFor(rule, edge, site)}`,
  };
}

function remedyFor(rule: RedirectRule, edge: CloudFrontFunction | undefined, site: RedirectSite): string {
  const { conditions, status, to } = rule;
  if (isSinglePageApp(rule, site)) return "Set singlePageApp instead.";
  if (edge?.rules.has(rule)) {
    const needs = "country" in conditions ? ", with CloudFront-Viewer-Country in an origin request policy" : "";
    return `Behind CloudFront, use the function in the plan file${needs}.`;
  }
  if (isForFunction(rule)) return "The CloudFront function in the plan file has no room for it, with 10 KB at most.";
  if (status === 200 && !to.startsWith("/")) return "Behind CloudFront, add an origin and a cache behavior for it.";
  return "A CloudFront function cannot do it either.";
}
