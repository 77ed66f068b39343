import type { PlanProblem } from "../../sync/plan/plan.ts";
import type { Distribution } from "../cloudfront/distribution.ts";
import { type WebsiteEndpoint, websiteEndpointOf } from "../hosting/website-endpoint.ts";
import type { SiteOptions } from "../options.ts";
import { encodeUrlPath } from "../url-paths.ts";
import type { CheckedSite } from "../verify/site-check.ts";

/** The site's address, and what serves it. */
export interface SiteAddress {
  /** Absent if it is not known. Its path ends with a `/`. */
  readonly siteUrl?: URL;
  /** The site's address without its domain: the website endpoint, or the distribution's own name. */
  readonly undelegatedUrl?: URL;
  readonly edge: CheckedSite["edge"];
  /** Whether the bucket is read through its website endpoint, which supports index documents and redirects, or its REST endpoint. */
  readonly answersBy: "website" | "rest" | "unknown";
  /** The bucket's website endpoint, if it is a website on Amazon S3. */
  readonly websiteEndpoint?: WebsiteEndpoint;
}

/** Derives the site's address from the inputs and from the distribution. */
export function findSiteAddress(options: SiteOptions, distribution: Distribution | undefined): SiteAddress {
  const { access, prefix, domain, configureWebsite, publicRead } = options;
  const { store, bucketName } = access;
  const isWebsite = configureWebsite || distribution?.originKind === "website";
  const endpoint =
    store.endpoint || !(isWebsite || publicRead) ? undefined : websiteEndpointOf(bucketName, store.region);
  const answersBy = distribution?.originKind ?? (isWebsite ? "website" : "unknown");
  const edge = distribution ? "cloudfront" : options.siteUrl ? "other" : "none";
  const base = distribution
    ? `https://${domain?.domainName ?? distribution.domainName}${encodeUrlPath(distribution.sitePath)}`
    : endpoint && `http://${domain?.domainName ?? endpoint.host}/${encodeUrlPath(prefix)}`;
  const siteUrl = options.siteUrl ?? (base === undefined ? undefined : new URL(base));
  const undelegatedUrl = domain && base !== undefined && !options.siteUrl ? new URL(base) : undefined;
  if (undelegatedUrl) undelegatedUrl.host = distribution?.domainName ?? endpoint?.host ?? undelegatedUrl.host;
  return {
    ...(siteUrl ? { siteUrl } : {}),
    ...(undelegatedUrl ? { undelegatedUrl } : {}),
    edge,
    answersBy,
    ...(endpoint ? { websiteEndpoint: endpoint } : {}),
  };
}

/**
 * Checks the inputs against the address.
 *
 * @returns every wrong input.
 */
export function siteAddressProblems({ compress }: SiteOptions, { siteUrl }: SiteAddress): PlanProblem[] {
  if (compress !== "brotli" || siteUrl?.protocol !== "http:" || LOOPBACK.test(siteUrl.hostname)) return [];
  const why = `browsers accept Brotli over https only, and the URL of this site is ${siteUrl.href}`;
  return [
    { input: "compress", code: "inputs-in-conflict", message: `${why}. Use gzip, or publish behind CloudFront.` },
  ];
}

/** Hosts for which browsers trust http like https ("Secure Contexts" of the W3C, section 3.1). */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$|\.localhost$/;
