import type { TakeTurns } from "../../scheduling/event-loop-turns.ts";
import { type CloudFrontFunction, cloudFrontFunction, isForFunction } from "./cloudfront-function.ts";
import type { LineWarning } from "./line-message.ts";
import { PatternIndex } from "./pattern-index.ts";
import type { RedirectRule } from "./redirects-file.ts";
import type { RedirectObject } from "./redirects-objects.ts";
import { effectiveRules } from "./redirects-order.ts";
import type { RedirectSite } from "./redirects-site.ts";
import { type Refusal, type WebsiteRedirects, websiteRedirects } from "./redirects-website.ts";
import type { RoutingRule } from "./routing-rules.ts";

export interface RedirectContext extends RedirectSite {
  /** With a REST endpoint, for example behind origin access control, S3 does not redirect. */
  readonly hosting: "website" | "rest";
  /** How many routing rules of the bucket are other sites'. */
  readonly routingRulesOfOthers: number;
}

/** The effect of a `_redirects` file on S3. */
export interface CompiledRedirects {
  /** All with different names. One with the name of a file replaces the file. */
  readonly objects: readonly RedirectObject[];
  /** In their order, at most 50. */
  readonly routingRules: readonly RoutingRule[];
  /** One for each line that S3 cannot apply, in order. */
  readonly warnings: readonly LineWarning[];
  /** A viewer-request function for cloudfront-js-2.0 that applies those lines as far as possible; absent if not needed. */
  readonly cloudFrontFunction?: string;
}

/**
 * Divides the rules of a `_redirects` file between S3 and a CloudFront function. For each request the first matching rule is applied, and
 * a rule without `!` never comes before a file of the site, both in S3 and in the function.
 *
 * @param takeTurns called regularly, because tens of thousands of rules take seconds.
 * @throws what `takeTurns` throws.
 */
export async function compileRedirects(
  rules: readonly RedirectRule[],
  context: RedirectContext,
  takeTurns: TakeTurns,
): Promise<CompiledRedirects> {
  const effective = await effectiveRules(rules, context, takeTurns);
  const isRest = context.hosting === "rest";
  const hosted = isRest
    ? refuseAll(effective.rules)
    : await websiteRedirects(effective.rules, context, context.routingRulesOfOthers, takeTurns);
  const wanted = await rulesForFunction(effective.rules, hosted.refusals, context, takeTurns);
  const edge = await cloudFrontFunction(wanted, context, isRest, takeTurns);
  const warnings = [...hosted.refusals].map(([rule, refusal]) => refusalWarning(rule, refusal, edge, context));
  return {
    objects: hosted.objects,
    routingRules: hosted.routingRules,
    warnings: [...effective.warnings, ...warnings].sort((one, other) => one.line - other.line),
    ...(edge && { cloudFrontFunction: edge.source }),
  };
}

function refuseAll(rules: readonly RedirectRule[]): WebsiteRedirects {
  const reason = "without a website endpoint, S3 does not redirect";
  return { objects: [], routingRules: [], refusals: new Map(rules.map((rule) => [rule, { reason }])) };
}

/** What S3 refuses, and before that what S3 would follow too late, behind the function. */
async function rulesForFunction(
  rules: readonly RedirectRule[],
  refusals: ReadonlyMap<RedirectRule, Refusal>,
  site: RedirectSite,
  takeTurns: TakeTurns,
): Promise<readonly RedirectRule[]> {
  const wanted: RedirectRule[] = [];
  const index = new PatternIndex<RedirectRule>();
  for (const rule of [...rules].reverse()) {
    await takeTurns();
    const isWanted = refusals.has(rule)
      ? isForFunction(rule) && !isSinglePageApp(rule, site)
      : index.firstOverlapping(rule.from) !== undefined;
    if (!isWanted) continue;
    wanted.push(rule);
    index.add(rule.from, rule);
  }
  return wanted.reverse();
}

function isSinglePageApp({ from, to, status }: RedirectRule, { indexDocument }: RedirectSite): boolean {
  return from.kind === "folder" && from.head === "/" && status === 200 && (to === "/" || to === `/${indexDocument}`);
}

function refusalWarning(
  rule: RedirectRule,
  { reason, commonReason }: Refusal,
  edge: CloudFrontFunction | undefined,
  site: RedirectSite,
): LineWarning {
  const { line, from } = rule;
  const subject = { kind: "rule", name: from.path } as const;
  const remedy = remedyFor(rule, edge, site);
  const common = commonReason === undefined ? {} : { commonReason: `${commonReason}. ${remedy}` };
  return { line, subject, outcome: "skipped", reason: `${reason}. ${remedy}`, ...common };
}

function remedyFor(rule: RedirectRule, edge: CloudFrontFunction | undefined, site: RedirectSite): string {
  const { conditions, status, to } = rule;
  if (isSinglePageApp(rule, site)) return "Set singlePageApp instead.";
  if (edge?.rules.has(rule)) {
    const needs = "country" in conditions ? ", with CloudFront-Viewer-Country in an origin request policy" : "";
    return `Behind CloudFront, use the function in the plan file${needs}.`;
  }
  if (isForFunction(rule))
    return "The CloudFront function in the plan file would be larger than the 10 KB that are allowed.";
  if (status === 200 && !to.startsWith("/")) return "Behind CloudFront, add an origin and a cache behavior for it.";
  return "A CloudFront function cannot do it either.";
}
