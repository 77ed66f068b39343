import { isDeepStrictEqual } from "node:util";
import type { RoutingRule, WebsiteConfiguration, WebsiteHosting } from "../../s3/buckets/website-configuration.ts";

/** The two documents that a bucket has only once, even with several sites. */
export type WebsiteDocuments = Pick<WebsiteHosting, "indexDocument" | "errorDocument">;

/** The place of a site in its bucket, and the other sites there. */
export interface WebsiteNeighbours {
  /** The site's key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
  /** The key prefixes of the sites below it, which have manifests of their own. */
  readonly nestedPrefixes: readonly string[];
  /** Whether another site is, or may be, at the root of the bucket. Not used for a site at the root. */
  readonly hasRootSite: boolean;
  /** The documents that this site has set itself; absent if it never has. */
  readonly ownDocuments?: WebsiteDocuments | undefined;
}

/** A website configuration, and the one that takes its place. */
export interface WebsiteChange {
  readonly before: WebsiteConfiguration;
  readonly after: WebsiteHosting;
}

/** The new website configuration. */
export interface SharedWebsite {
  readonly website: WebsiteHosting;
  /** Whether this site sets index and error document. */
  readonly ownsDocuments: boolean;
}

/**
 * Makes a website configuration that is right for all sites of a bucket:
 *
 * | part | what becomes of it |
 * |---|---|
 * | index and error document | the site's own at the root, where none is set yet, and where the site has set them itself; else as they are |
 * | routing rules under the prefix of a nested site | kept, and first: they are the narrowest |
 * | other routing rules under the site's prefix | the site's own |
 * | routing rules elsewhere | kept, and last; at the root there are none, since all is under its prefix |
 *
 * Of equal rules only the first is kept: the others never apply, and each counts against S3's limit.
 *
 * @param present undefined if the bucket is no website yet.
 * @returns undefined if the bucket redirects all its visitors, and the site may not change that.
 */
export function shareWebsite(
  present: WebsiteConfiguration | undefined,
  own: WebsiteHosting,
  neighbours: WebsiteNeighbours,
): SharedWebsite | undefined {
  const isRoot = neighbours.prefix === "";
  if (present === undefined) return { website: own, ownsDocuments: true };
  if ("redirectAllRequestsTo" in present) return isRoot ? { website: own, ownsDocuments: true } : undefined;
  const { nested, elsewhere } = rulesOfOthers(present, neighbours);
  const ownsDocuments = isRoot || hasSetDocuments(present, neighbours);
  const ofNested = withoutRepeated(nested).filter((rule) => !hasRule(own.routingRules, rule));
  const routingRules = [...ofNested, ...own.routingRules, ...withoutRepeated(elsewhere)];
  return { website: { ...documentsOf(ownsDocuments ? own : present), routingRules }, ownsDocuments };
}

/**
 * The part of a bucket's website configuration that belongs to the site.
 *
 * @param documents the site's, if those of the bucket belong to another one.
 * @returns undefined if the bucket is no website.
 */
export function ownPartOf(
  present: WebsiteConfiguration | undefined,
  documents: WebsiteDocuments,
  neighbours: WebsiteNeighbours,
): WebsiteHosting | undefined {
  if (present === undefined || "redirectAllRequestsTo" in present) return undefined;
  const { nested, elsewhere } = rulesOfOthers(present, neighbours);
  const others = new Set([...nested, ...elsewhere]);
  const ownsDocuments = neighbours.prefix === "" || hasSetDocuments(present, neighbours);
  return {
    ...documentsOf(ownsDocuments ? present : documents),
    routingRules: present.routingRules.filter((rule) => !others.has(rule)),
  };
}

/** How many routing rules of a bucket are other sites', as `shareWebsite` keeps them. */
export function countRulesOfOthers(present: WebsiteConfiguration | undefined, neighbours: WebsiteNeighbours): number {
  if (present === undefined || "redirectAllRequestsTo" in present) return 0;
  const { nested, elsewhere } = rulesOfOthers(present, neighbours);
  return withoutRepeated(nested).length + withoutRepeated(elsewhere).length;
}

/** The routing rules that only one of two configurations has, or that come elsewhere in their order. */
export function changedRules(before: WebsiteHosting, after: WebsiteHosting): readonly RoutingRule[] {
  const [old, wanted] = [withoutRepeated(before.routingRules), withoutRepeated(after.routingRules)];
  const kept = old.filter((rule) => hasRule(wanted, rule));
  const keptInNewOrder = wanted.filter((rule) => hasRule(old, rule));
  return [
    ...old.filter((rule) => !hasRule(wanted, rule)),
    ...wanted.filter((rule) => !hasRule(old, rule)),
    ...kept.filter((rule, index) => !isDeepStrictEqual(rule, keptInNewOrder[index])),
  ];
}

/** Index and error document alone. */
export function documentsOf({ indexDocument, errorDocument }: WebsiteDocuments): WebsiteDocuments {
  return { indexDocument, ...(errorDocument === undefined ? {} : { errorDocument }) };
}

function hasSetDocuments(present: WebsiteHosting, { hasRootSite, ownDocuments }: WebsiteNeighbours): boolean {
  return !hasRootSite && ownDocuments !== undefined && isDeepStrictEqual(documentsOf(present), ownDocuments);
}

function rulesOfOthers(
  { routingRules }: WebsiteHosting,
  { prefix, nestedPrefixes }: WebsiteNeighbours,
): { readonly nested: readonly RoutingRule[]; readonly elsewhere: readonly RoutingRule[] } {
  const keyPrefixOf = ({ condition }: RoutingRule) => condition.keyPrefix ?? "";
  const isNested = (rule: RoutingRule) => nestedPrefixes.some((nested) => keyPrefixOf(rule).startsWith(nested));
  return {
    nested: routingRules.filter(isNested),
    elsewhere: routingRules.filter((rule) => !keyPrefixOf(rule).startsWith(prefix)),
  };
}

function withoutRepeated(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  return rules.filter((rule, index) => !hasRule(rules.slice(0, index), rule));
}

function hasRule(rules: readonly RoutingRule[], rule: RoutingRule): boolean {
  return rules.some((other) => isDeepStrictEqual(other, rule));
}
