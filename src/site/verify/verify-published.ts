import type { CodedMessage } from "../../errors/coded-message.ts";
import { REDIRECT_HEADER } from "../../s3/system-metadata.ts";
import { spaChange } from "../cloudfront/distribution-spa.ts";
import type { DomainOutcome } from "../dns/site-domain.ts";
import { websiteEndpointOf } from "../hosting/website-endpoint.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import type { SiteObject } from "../plan/site-object.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { errorDocumentOf } from "../plan/site-tree.ts";
import { urlPathsOf } from "../url-paths.ts";
import { chooseChecks, type PublishedObject, type SiteCheck } from "./site-check.ts";
import { type VerifyFailure, verifySite } from "./verify.ts";

/** A website endpoint shows changes within seconds; CDNs and DNS take longer. */
const SETTLE_MS = 60_000;
const EDGE_SETTLE_MS = 300_000;

export interface Verification {
  /** URLs that were fetched. */
  readonly checksCount: number;
  /** One for each URL with a wrong answer. */
  readonly errors: readonly CodedMessage[];
  /** By which URL. */
  readonly siteUrl: URL;
}

/**
 * Fetches the site like its visitors: the index, a missing page, and a sample of the changes.
 *
 * @param changed the names of the objects that were stored.
 * @param domain the domains that visitors cannot use yet. The site is then fetched without them.
 * @returns undefined if the site's URL is not known.
 * @throws the signal's reason.
 */
export async function verifyPublished(
  site: PreparedSite,
  options: SiteOptions,
  tools: SiteTools,
  changed: readonly string[],
  { nameServers, undelegated }: DomainOutcome,
): Promise<Verification | undefined> {
  const { objects, address } = site;
  const index = objects.get(options.indexDocument);
  const isUndelegated = undelegated.includes(options.domain?.domainName ?? "");
  const siteUrl = (isUndelegated ? address.undelegatedUrl : undefined) ?? address.siteUrl;
  if (!siteUrl || !index) return undefined;
  const errorDocument = objects.get(errorDocumentOf(options, objects) ?? "");
  const checks = chooseChecks(
    changed.flatMap((name) => {
      const object = objects.get(name);
      return object && isVisible(object, site) ? [published(site, options, object)] : [];
    }),
    {
      siteUrl,
      edge: answersWithIndex(site, options) ? address.edge : "other",
      index: published(site, options, index),
      ...(errorDocument ? { errorDocument: published(site, options, errorDocument) } : {}),
      singlePageApp: options.singlePageApp,
      checksMissingPage: !redirectsAll(site, options) && setsErrorPage(site, options),
    },
  );
  const allChecks = [...checks, ...redirectDomainChecks(site, options, undelegated)];
  const isAtEdge = address.edge !== "none" || options.domain !== undefined;
  const failures = await verifySite(allChecks, {
    ...tools,
    nameServers,
    settleMs: isAtEdge ? EDGE_SETTLE_MS : SETTLE_MS,
  });
  return { checksCount: allChecks.length, errors: describeFailures(failures), siteUrl };
}

/** An error for each URL. A cause that several share is only shown once. */
function describeFailures(failures: readonly VerifyFailure[]): CodedMessage[] {
  const toldCauses = new Set<string>();
  return failures.map(({ url, code, problem, cause }) => {
    const isNew = !toldCauses.has(cause);
    toldCauses.add(cause);
    return { code, message: `${url}: ${problem}.${isNew ? ` ${cause}` : ""}` };
  });
}

/** If a distribution does not return the index of a single-page app for missing pages, this has already been reported. */
function answersWithIndex({ distribution }: PreparedSite, { singlePageApp, indexDocument }: SiteOptions): boolean {
  return !distribution || !singlePageApp || spaChange(distribution, indexDocument) === undefined;
}

/** Each redirect domain, by its own name or, until it is delegated, by the website endpoint of its bucket. */
function redirectDomainChecks(
  { domain }: PreparedSite,
  { access }: SiteOptions,
  undelegated: readonly string[],
): readonly SiteCheck[] {
  if (!domain) return [];
  const { hostName, protocol = "http" } = domain.redirect.redirectAllRequestsTo;
  return domain.redirectBuckets.map(({ bucket: { name } }) => {
    const host = undelegated.includes(name) ? (websiteEndpointOf(name, access.store.region)?.host ?? name) : name;
    return { url: `http://${host}/`, statuses: [301], location: `${protocol}://${hostName}/` };
  });
}

function redirectsAll({ website }: PreparedSite, { prefix }: SiteOptions): boolean {
  return website.routingRules.some(({ condition }) => (condition.keyPrefix ?? "") === prefix);
}

/** Whether this site sets the answer for missing pages. A bucket and a distribution have only one for all their sites. */
function setsErrorPage({ distribution, website, ownWebsite, objects }: PreparedSite, options: SiteOptions): boolean {
  if (options.prefix === "") return true;
  const pagePath = `${distribution?.sitePath}${errorDocumentOf(options, objects)}`;
  if (distribution?.customErrorResponses.some(({ responsePagePath }) => responsePagePath === pagePath)) return true;
  if (distribution?.originKind === "rest") return distribution.sitePath === "/";
  return options.configureWebsite && website.errorDocument === ownWebsite.errorDocument;
}

/**
 * Redirects need a website endpoint. Of files that were compressed before the publish only that form is known. And a website endpoint
 * returns the index document for the key of a folder.
 */
function isVisible({ relativeKey, kind, headers }: SiteObject, { address }: PreparedSite): boolean {
  if (headers["content-encoding"] !== undefined) return false;
  if (kind === "redirect") return address.answersBy === "website";
  return !relativeKey.endsWith("/") || address.answersBy === "rest";
}

function published(
  { digests, manifest, address }: PreparedSite,
  { indexDocument }: SiteOptions,
  object: SiteObject,
): PublishedObject {
  const { relativeKey, kind, headers } = object;
  const [path = `/${relativeKey}`, folder] = urlPathsOf(relativeKey, indexDocument);
  const knowsFolders = address.answersBy === "website" || relativeKey === indexDocument;
  const previousSha256 = manifest?.entries.get(relativeKey)?.sha256;
  const sha256 = digests.get(relativeKey) ?? "";
  const cacheControl = headers["cache-control"];
  const location = headers[REDIRECT_HEADER];
  return {
    name: relativeKey,
    urlPath: knowsFolders && folder !== undefined ? folder : path,
    kind,
    ...(headers["content-encoding"] === undefined ? { sha256 } : {}),
    ...(previousSha256 === undefined || previousSha256 === sha256 ? {} : { previousSha256 }),
    contentType: headers["content-type"] ?? "",
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(location === undefined ? {} : { location }),
  };
}
