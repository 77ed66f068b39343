import { prefixesOf } from "../../files/below-folder.ts";
import type { TakeTurns } from "../../scheduling/event-loop-turns.ts";
import { PatternIndex } from "./pattern-index.ts";
import type { RedirectRule } from "./redirects-file.ts";
import { isPermanent, type RedirectObject, redirectObjects } from "./redirects-objects.ts";
import { pathsOfFiles, type RedirectSite } from "./redirects-site.ts";
import { folderRoutingRule, MAX_ROUTING_RULES, type RoutingRule, whereMissing } from "./routing-rules.ts";

/** The configuration with which a website endpoint applies rules. */
export interface WebsiteRedirects {
  /** All with different names. One with the name of a file replaces the file. */
  readonly objects: readonly RedirectObject[];
  /** In their order, at most 50. */
  readonly routingRules: readonly RoutingRule[];
  /** Why a website endpoint cannot apply the other rules, as the end of a sentence. */
  readonly refusals: ReadonlyMap<RedirectRule, Refusal>;
}

export interface Refusal {
  readonly reason: string;
  /** The same for all rules of a kind, if the reason names one more line. */
  readonly commonReason?: string;
}

/** A rule that an endpoint can apply. */
interface Followed {
  readonly rule: RedirectRule;
  readonly stage: Stage;
  readonly objects: readonly RedirectObject[];
  readonly routingRule?: RoutingRule;
}

/** The order in which an endpoint works: rules without an error code, then the object, then rules with an error code. */
const STAGES = { beforeObject: 1, object: 2, afterError: 3 } as const;

type Stage = (typeof STAGES)[keyof typeof STAGES];

/**
 * Divides rules between redirect objects and routing rules, and refuses those that a website endpoint cannot apply.
 *
 * @param routingRulesOfOthers how many routing rules the bucket's other sites use.
 */
export async function websiteRedirects(
  rules: readonly RedirectRule[],
  site: RedirectSite,
  routingRulesOfOthers: number,
  takeTurns: TakeTurns,
): Promise<WebsiteRedirects> {
  const files = pathsOfFiles(site);
  const refusals = new Map<RedirectRule, Refusal>();
  const followed: Followed[] = [];
  const index = new PatternIndex<Followed>();
  for (const rule of rules) {
    await takeTurns();
    try {
      const each = follow(rule, index, files, site);
      followed.push(each);
      index.add(rule.from, each);
    } catch (error) {
      const { commonReason } = error instanceof LateRuleError ? LateRuleError : {};
      refusals.set(rule, { reason: (error as Error).message, ...(commonReason ? { commonReason } : {}) });
    }
  }
  const { kept, routingRules } = fitRoutingRules(followed, site, MAX_ROUTING_RULES - routingRulesOfOthers);
  const others = routingRulesOfOthers > 0 ? `${routingRulesOfOthers} of other sites and those of ` : "";
  const noRoom = `S3 allows ${MAX_ROUTING_RULES} routing rules, and ${others}earlier rules use all of them`;
  const isKept = new Set(kept);
  for (const each of followed) if (!isKept.has(each)) refusals.set(each.rule, { reason: noRoom });
  const objects = new Map(
    kept
      .flatMap((each) => each.objects)
      .reverse()
      .map((object) => [object.name, object]),
  );
  return { objects: [...objects.values()].reverse(), routingRules, refusals };
}

/** S3 would apply a rule before an earlier one. */
class LateRuleError extends Error {
  override readonly name: string = "LateRuleError";
  static readonly commonReason = "S3 would follow them before earlier lines";

  constructor(line: number) {
    super(`S3 would follow it before line ${line}`);
  }
}

/** @throws Error that says why an endpoint cannot. */
function follow(
  rule: RedirectRule,
  earlier: PatternIndex<Followed>,
  files: ReadonlySet<string>,
  site: RedirectSite,
): Followed {
  const { from, force } = rule;
  const unable = whyUnable(rule);
  if (unable !== undefined) throw new Error(unable);
  const stage = from.kind === "exact" ? STAGES.object : force ? STAGES.beforeObject : STAGES.afterError;
  const late = earlier.firstOverlapping(from, (other) => other.stage > stage);
  if (late) throw new LateRuleError(late.rule.line);
  if (from.kind === "exact") return { rule, stage, objects: redirectObjects(rule, site) };
  const folder = from.path.slice(0, -"/*".length);
  const hasFolderObject = folder !== "" && isPermanent(rule) && (force || !files.has(folder));
  return {
    rule,
    stage,
    objects: hasFolderObject ? redirectObjects(rule, site) : [],
    routingRule: folderRoutingRule(rule, site),
  };
}

function whyUnable(rule: RedirectRule): string | undefined {
  const { from, query, conditions, status, to } = rule;
  if (from.host !== undefined) return "S3 does not look at the host";
  if (Object.keys(query).length > 0) return "S3 does not look at query parameters";
  if (Object.keys(conditions).length > 0) return "S3 does not know a visitor's country, language, role or cookies";
  if (status === 200) return to.startsWith("/") ? "S3 does not rewrite paths" : "S3 is not a proxy";
  if (status === 404) return "S3 has one error document for all paths";
  if (from.kind === "wild") return "S3 does not support placeholders, and a * only after a / at the end";
  if (from.kind === "exact" && !isPermanent(rule))
    return `S3 redirects one path only with a 301, and not with a ${status}`;
  return undefined;
}

/**
 * A rule after an error needs two routing rules, one for each status of a missing object. If these are too many, rules for folders
 * without an object become one rule without an error code. If these are still too many, the last ones are skipped.
 */
function fitRoutingRules(
  followed: readonly Followed[],
  site: RedirectSite,
  room: number,
): { readonly kept: readonly Followed[]; readonly routingRules: readonly RoutingRule[] } {
  const inFull = followed.map((each) => ({ each, rules: routingRulesOf(each, false) }));
  const names = [...site.names, ...followed.flatMap(({ objects }) => objects.map(({ name }) => name))];
  const folders = new Set(names.flatMap(prefixesOf));
  const isEmpty = ({ rule }: Followed) => rule.from.head !== "/" && !folders.has(rule.from.head.slice(1));
  const forms =
    inFull.flatMap(({ rules }) => rules).length <= room
      ? inFull
      : followed.map((each) => ({ each, rules: routingRulesOf(each, isEmpty(each)) }));
  const kept: Followed[] = [];
  const routingRules: RoutingRule[] = [];
  let isFull = false;
  for (const { each, rules } of forms) {
    isFull ||= routingRules.length + rules.length > room;
    if (isFull && rules.length > 0) continue;
    kept.push(each);
    routingRules.push(...rules);
  }
  return { kept, routingRules };
}

function routingRulesOf({ routingRule, stage }: Followed, isEmpty: boolean): readonly RoutingRule[] {
  if (!routingRule) return [];
  return stage === STAGES.afterError && !isEmpty ? whereMissing(routingRule) : [routingRule];
}
