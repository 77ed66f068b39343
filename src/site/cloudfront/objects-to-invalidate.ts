import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import type { Action } from "../../sync/plan/plan.ts";
import { isFingerprinted } from "../content/fingerprint.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import type { Distribution } from "./distribution.ts";

/** With these S3 says that there is no such object. */
const MISSING_CODES = [403, 404];

/**
 * How long CloudFront keeps an error of the origin unless the distribution says otherwise: until all is uploaded, most of that is over.
 * Source: "Control how long CloudFront caches errors" in the Amazon CloudFront Developer Guide.
 */
const DEFAULT_ERROR_TTL_SECONDS = 10;

/**
 * The objects of which caches may hold another form once these actions are done: those that are replaced, and those that an earlier publish
 * has deleted without an invalidation. What is new has no other form, but caches may hold that it was missing: where the distribution keeps
 * that for long, what is new is among them, unless its name has a hash that nobody can have asked for before. Where a name only looks as
 * if it had one, it is among them always.
 *
 * @returns names relative to the site; those of all that was stored where the whole site is to be invalidated anyway.
 */
export function objectsToInvalidate(
  {
    deletedBefore,
    distribution,
    website,
    objects,
  }: Pick<PreparedSite, "deletedBefore" | "distribution" | "website" | "objects">,
  options: Pick<SiteOptions, "distribution">,
  stored: readonly Action[],
): readonly string[] {
  const isForAll = options.distribution?.invalidate === "all";
  const isKeptMissing = distribution !== undefined && keepsMissing(distribution, website);
  const needsInvalidation = (action: Action) =>
    action.kind === "put" &&
    (action.replaces ||
      isForAll ||
      objects.get(action.relativeKey)?.reusesName === true ||
      (isKeptMissing && !isFingerprinted(action.relativeKey)));
  return [...deletedBefore, ...stored.filter(needsInvalidation).map(({ relativeKey }) => relativeKey)];
}

/**
 * Whether what is answered in the place of a missing object stays in caches for long: an error, or the redirect of a routing rule, which is
 * kept as a page is ("How CloudFront processes HTTP 3xx status codes from your origin" in the Amazon CloudFront Developer Guide).
 */
function keepsMissing({ customErrorResponses, originKind }: Distribution, { routingRules }: WebsiteHosting): boolean {
  if (originKind === "website" && routingRules.length > 0) return true;
  return customErrorResponses.some(
    ({ errorCode, cachingMinTtlSeconds = DEFAULT_ERROR_TTL_SECONDS }) =>
      MISSING_CODES.includes(errorCode) && cachingMinTtlSeconds > DEFAULT_ERROR_TTL_SECONDS,
  );
}
