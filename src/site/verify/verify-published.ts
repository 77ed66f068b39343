import type { CodedMessage } from "../../errors/coded-message.ts";
import { spaChange } from "../cloudfront/distribution-spa.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import type { SiteObject } from "../plan/site-object.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { errorDocumentOf } from "../plan/site-tree.ts";
import { urlPathsOf } from "../url-paths.ts";
import { chooseChecks, type PublishedObject } from "./site-check.ts";
import { type VerifyFailure, verifySite } from "./verify.ts";

/** A website endpoint shows what was stored within seconds; edges and DNS take longer to agree. */
const SETTLE_MS = 60_000;
const EDGE_SETTLE_MS = 300_000;

export interface Verification {
  /** URLs that were fetched. */
  readonly checksCount: number;
  /** One for each URL that did not answer as it should. */
  readonly errors: readonly CodedMessage[];
}

/**
 * Fetches the site as its visitors do: the index, what stands in for a missing page, and a sample of what changed.
 *
 * @param changed the names of the objects that were stored.
 * @param nameServers those of the site's hosted zone, where they are known.
 * @returns undefined where nobody knows where the site is.
 * @throws the signal's reason.
 */
export async function verifyPublished(
  site: PreparedSite,
  options: SiteOptions,
  tools: SiteTools,
  changed: readonly string[],
  nameServers: readonly string[],
): Promise<Verification | undefined> {
  const { objects, address } = site;
  const index = objects.get(options.indexDocument);
  if (!address.siteUrl || !index) return undefined;
  const errorDocument = objects.get(errorDocumentOf(options, objects) ?? "");
  const checks = chooseChecks(
    changed.flatMap((name) => {
      const object = objects.get(name);
      return object && isVisible(object, site) ? [published(site, options, object)] : [];
    }),
    {
      siteUrl: address.siteUrl,
      edge: answersWithIndex(site, options) ? address.edge : "other",
      index: published(site, options, index),
      ...(errorDocument ? { errorDocument: published(site, options, errorDocument) } : {}),
      singlePageApp: options.singlePageApp,
      redirectsAll: site.website.routingRules.some(({ condition }) => (condition.keyPrefix ?? "") === options.prefix),
    },
  );
  const isAtEdge = address.edge !== "none" || options.domain !== undefined;
  const failures = await verifySite(checks, { ...tools, nameServers, settleMs: isAtEdge ? EDGE_SETTLE_MS : SETTLE_MS });
  return { checksCount: checks.length, errors: describeFailures(failures) };
}

/** An error for each URL; what is likely behind several of them is said once. */
function describeFailures(failures: readonly VerifyFailure[]): CodedMessage[] {
  const toldCauses = new Set<string>();
  return failures.map(({ url, code, problem, cause }) => {
    const isNew = !toldCauses.has(cause);
    toldCauses.add(cause);
    return { code, message: `${url}: ${problem}.${isNew ? ` ${cause}` : ""}` };
  });
}

/** Where a distribution does not answer missing pages with the index of a single-page app, that has been told. */
function answersWithIndex({ distribution }: PreparedSite, { singlePageApp, indexDocument }: SiteOptions): boolean {
  return !distribution || !singlePageApp || spaChange(distribution, indexDocument) === undefined;
}

/** Redirects are a website endpoint's; and it takes the key of a folder for the folder's index document. */
function isVisible({ relativeKey, kind }: SiteObject, { address }: PreparedSite): boolean {
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
  const location = headers["x-amz-website-redirect-location"];
  return {
    name: relativeKey,
    urlPath: knowsFolders && folder !== undefined ? folder : path,
    kind,
    sha256,
    ...(previousSha256 === undefined || previousSha256 === sha256 ? {} : { previousSha256 }),
    contentType: headers["content-type"] ?? "",
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(location === undefined ? {} : { location }),
  };
}
