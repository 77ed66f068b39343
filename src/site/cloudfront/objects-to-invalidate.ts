import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import type { Action } from "../../sync/plan/plan.ts";
import { isFingerprinted } from "../content/fingerprint.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import type { Distribution } from "./distribution.ts";

/** S3's statuses for a missing object. */
const MISSING_CODES = [403, 404];

/**
 * CloudFront's default time for caching an error of the origin. Most of it is over when everything is uploaded. Source: "Control how long
 * CloudFront caches errors" in the Amazon CloudFront Developer Guide.
 */
const DEFAULT_ERROR_TTL_SECONDS = 10;

/**
 * The objects whose old form may be in caches after these actions: replaced ones, and those that an earlier publish deleted without an
 * invalidation. New objects have no old form, but caches may have stored that they were missing. If the distribution keeps such errors for
 * long, new objects count too, unless their name has a hash that no visitor can have requested before. Names that only look like this
 * always count.
 *
 * @returns names relative to the site; all stored objects if the whole site is invalidated anyway.
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
 * Whether caches keep the answer for a missing object for long: an error, or the redirect of a routing rule, which is cached like a page
 * ("How CloudFront processes HTTP 3xx status codes from your origin" in the Amazon CloudFront Developer Guide).
 */
function keepsMissing({ customErrorResponses, originKind }: Distribution, { routingRules }: WebsiteHosting): boolean {
  if (originKind === "website" && routingRules.length > 0) return true;
  return customErrorResponses.some(
    ({ errorCode, cachingMinTtlSeconds = DEFAULT_ERROR_TTL_SECONDS }) =>
      MISSING_CODES.includes(errorCode) && cachingMinTtlSeconds > DEFAULT_ERROR_TTL_SECONDS,
  );
}
