import { randomBytes } from "node:crypto";
import { encodeUrlPath } from "../url-paths.ts";

/** The expected answer at one URL. */
export interface SiteCheck {
  /** Percent-encoded. */
  readonly url: string;
  /** Each of them is right. */
  readonly statuses: readonly number[];
  /** Hex digest of the decoded body. */
  readonly sha256?: string;
  /** The digest of the previous content. If it is still returned, it comes from a cache. */
  readonly previousSha256?: string;
  readonly contentType?: string;
  readonly cacheControl?: string;
  /** The target of a redirect. A path without a host matches any host. */
  readonly location?: string;
}

/** An object of the site, as its visitors request it. */
export interface PublishedObject {
  /** The key, less the site's prefix. */
  readonly name: string;
  /** The path at which visitors request it, below the site's URL and not encoded: `/docs/` as well as `/docs/index.html`. */
  readonly urlPath: string;
  readonly kind: "asset" | "page" | "index" | "redirect";
  /** Hex digest of the content, not encoded; absent if only its encoded form is known. */
  readonly sha256?: string;
  /** Set if another content was published at this path before. */
  readonly previousSha256?: string;
  readonly contentType: string;
  readonly cacheControl?: string;
  /** The target of a redirect. */
  readonly location?: string;
}

/** How visitors reach the site. */
export interface CheckedSite {
  /** Its path ends with a `/`. */
  readonly siteUrl: URL;
  /** What serves the bucket to visitors: its website endpoint, CloudFront, or something unknown. */
  readonly edge: "none" | "cloudfront" | "other";
  readonly index: PublishedObject;
  /** The answer for a missing page; absent if not known. */
  readonly errorDocument?: PublishedObject;
  /** The index is returned for missing pages. */
  readonly singlePageApp: boolean;
  /** False if redirects match every path, or another site sets the answer for missing pages. */
  readonly checksMissingPage: boolean;
}

const MAX_SAMPLES = 20;
const REDIRECT_STATUSES = [301, 302, 303, 307, 308];

/** Without s3:ListBucket, S3 does not distinguish missing from denied objects. */
const MISSING_STATUSES = [404, 403];

/**
 * Chooses what to fetch after a publish: the index, a path without a page, and a sample of each kind of changes.
 *
 * @param changed the objects and redirects that changed, in any order.
 */
export function chooseChecks(changed: readonly PublishedObject[], address: CheckedSite): readonly SiteCheck[] {
  const { siteUrl, index, checksMissingPage } = address;
  const others = changed.filter(({ urlPath }) => urlPath !== index.urlPath);
  return [
    checkOf(index, siteUrl),
    ...(checksMissingPage ? [missingPageCheck(address)] : []),
    ...sample(others, MAX_SAMPLES).map((object) => checkOf(object, siteUrl)),
  ];
}

function checkOf(object: PublishedObject, siteUrl: URL): SiteCheck {
  const { urlPath, location, sha256, previousSha256, contentType, cacheControl } = object;
  const url = urlOf(urlPath, siteUrl);
  if (location !== undefined) return { url, statuses: REDIRECT_STATUSES, location };
  return {
    url,
    statuses: [200],
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(previousSha256 === undefined ? {} : { previousSha256 }),
    contentType,
    ...(cacheControl === undefined ? {} : { cacheControl }),
  };
}

function missingPageCheck({ siteUrl, edge, index, errorDocument, singlePageApp }: CheckedSite): SiteCheck {
  // A name that no cache knows from an earlier check.
  const url = urlOf(`/no-such-page-${randomBytes(6).toString("hex")}`, siteUrl);
  const document = singlePageApp ? index : errorDocument;
  const { sha256, contentType } = document ?? {};
  const contents = {
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(contentType === undefined ? {} : { contentType }),
  };
  return { url, statuses: missingPageStatuses(singlePageApp, edge), ...contents };
}

/** A website endpoint sends the index with the status of the error. CloudFront should change it to 200, and other CDNs may. */
function missingPageStatuses(singlePageApp: boolean, edge: CheckedSite["edge"]): readonly number[] {
  if (!singlePageApp || edge === "none") return MISSING_STATUSES;
  return edge === "cloudfront" ? [200] : [200, ...MISSING_STATUSES];
}

/** Joined as text, because URL would resolve dots in a name. */
function urlOf(urlPath: string, { origin, pathname }: URL): string {
  return `${origin}${pathname}${encodeUrlPath(urlPath.slice(1))}`;
}

/** Takes a share of each kind; from a large kind, items spread over its whole range. */
function sample(objects: readonly PublishedObject[], size: number): readonly PublishedObject[] {
  const isPage = ({ kind }: PublishedObject) => kind === "page" || kind === "index";
  const kinds = [
    objects.filter(isPage),
    objects.filter(({ kind }) => kind === "asset"),
    objects.filter(({ kind }) => kind === "redirect"),
  ].sort((one, other) => one.length - other.length);
  const chosen: PublishedObject[] = [];
  for (const [position, kind] of kinds.entries()) {
    chosen.push(...spread(kind, Math.floor((size - chosen.length) / (kinds.length - position))));
  }
  return chosen;
}

/** Items at even distances, the first among them. */
function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as Item);
}
