import { isDeepStrictEqual } from "node:util";
import { countOf } from "../../errors/counts.ts";
import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import type { Distribution } from "../cloudfront/distribution.ts";
import { spaChange } from "../cloudfront/distribution-spa.ts";
import { documentsOf, type SharedWebsite } from "../hosting/shared-website.ts";
import { listSome } from "../list-some.ts";
import type { SiteOptions } from "../options.ts";
import { describeWarnings } from "../rules/line-message.ts";
import type { CompiledRedirects } from "../rules/redirects.ts";
import { foldersOfNestedSites } from "./nested-sites.ts";
import type { PreparedSite } from "./prepared-site.ts";
import type { SiteObject } from "./site-object.ts";
import { HEADERS_FILE, REDIRECTS_FILE, type SiteRules } from "./site-rules.ts";
import type { SiteLog } from "./site-tools.ts";

/** Logs the site's own rules that S3 cannot apply. */
export function logRules(rules: SiteRules, redirects: CompiledRedirects, options: SiteOptions, log: SiteLog): void {
  const ofRedirects = [...rules.unsupportedRedirects, ...redirects.warnings].sort(
    (one, other) => one.line - other.line,
  );
  for (const warning of describeWarnings(HEADERS_FILE, rules.headersFile.warnings))
    log.warning("site-rule-skipped", warning);
  for (const warning of describeWarnings(REDIRECTS_FILE, ofRedirects)) log.warning("site-rule-skipped", warning);
  if (redirects.routingRules.length > 0 && !options.configureWebsite) {
    const rulesNeeded =
      redirects.routingRules.length === 1 ? "a routing rule" : `${redirects.routingRules.length} routing rules`;
    log.warning(
      "website-not-configured",
      `${REDIRECTS_FILE}: some lines need ${rulesNeeded} in the bucket's website configuration, which this step does not change. Set configureWebsite to true, or run the step that configures the website once after these lines change.`,
    );
  }
}

/** Logs settings that are missing in the distribution, which this step does not change. */
export function logDistribution(distribution: Distribution, options: SiteOptions, log: SiteLog): void {
  const { id, originKind, sitePath, defaultRootObject } = distribution;
  const { indexDocument } = options;
  if (originKind === "rest" && sitePath === "/" && defaultRootObject !== indexDocument) {
    log.warning(
      "distribution-settings-incomplete",
      `The distribution ${id} does not answer for /. Set its default root object to ${indexDocument}.`,
    );
  }
  const [summary, ...commands] = (options.singlePageApp && spaChange(distribution, indexDocument)) || [];
  if (summary !== undefined) log.warning("distribution-settings-incomplete", summary);
  for (const command of commands) log.info(command);
}

/** Logs settings that are not made because of another site in the same bucket. */
export function logSharedWebsite(
  { website, ownsDocuments }: SharedWebsite,
  own: WebsiteHosting,
  { access, singlePageApp }: SiteOptions,
  log: SiteLog,
): void {
  if (ownsDocuments || isDeepStrictEqual(documentsOf(website), documentsOf(own))) return;
  const { indexDocument, errorDocument = "none" } = website;
  log.info(
    `The website configuration of the bucket ${access.bucketName} belongs to another site. Its index document (${indexDocument}) and error document (${errorDocument}) are not changed, and the error page is not checked.`,
  );
  if (indexDocument !== own.indexDocument)
    log.warning(
      "website-of-another-site",
      `indexDocument: folders of this site do not show ${own.indexDocument}, because another site set ${indexDocument} as the index document of the bucket ${access.bucketName}. Use the same name, or publish to a bucket of its own.`,
    );
  if (singlePageApp)
    log.warning(
      "website-of-another-site",
      `singlePageApp: unknown paths do not return ${own.errorDocument}, because another site set the error document of the bucket ${access.bucketName}. Publish to a bucket of its own, or use a CloudFront distribution.`,
    );
}

/** Of more names, the rest is counted. */
const MAX_NAMED_PAGES = 5;

/** Logs pages that visitors only find with one of two forms of links. */
export function logPlusSigns(objects: Iterable<SiteObject>, log: SiteLog): void {
  const isPage = ({ kind }: SiteObject) => kind === "page" || kind === "index";
  const names = [...objects]
    .filter(isPage)
    .flatMap(({ relativeKey }) => (relativeKey.includes("+") ? [relativeKey] : []));
  if (names.length === 0) return;
  log.warning(
    "site-name-ambiguous",
    `Links to these pages need %2B instead of +, because S3 reads + as a space: ${listSome(names, MAX_NAMED_PAGES)}. Rename the pages, or change the links.`,
  );
}

/** Logs what an earlier publish left unfinished, and why some unused objects stay in the bucket. */
export function logEarlierState(
  { manifest, listed, objects, kept }: Pick<PreparedSite, "manifest" | "listed" | "objects" | "kept">,
  { keepRemovedDays }: SiteOptions,
  log: SiteLog,
): void {
  // Objects that wait since an earlier publish do not belong to the last one.
  if (manifest && [...manifest.entries.values()].some(({ pending, removedMs }) => pending && removedMs === undefined)) {
    const when = new Date(manifest.writtenMs).toISOString();
    log.info(
      `The previous publish did not complete, or is still running: ${manifest.run.name}, at ${when}. This one completes it`,
    );
  }
  const others = manifest ? 0 : countOthers(listed.keys(), objects);
  if (others > 0) {
    log.info(
      `There is no manifest of an earlier publish. Other objects in this place are kept: ${countOf(others, "object")}`,
    );
  }
  if (kept.length > 0) {
    const howLong =
      keepRemovedDays > 0 ? `${countOf(keepRemovedDays, "day")} after their removal` : "until the next publish";
    log.info(`Kept for open tabs: ${countOf(kept.length, "asset")} that the site no longer has, ${howLong}`);
  }
}

/** Other sites, and previews, are no part of this place. */
function countOthers(listed: Iterable<string>, objects: PreparedSite["objects"]): number {
  const names = [...listed];
  const sites = foldersOfNestedSites(names);
  return names.filter((name) => !objects.has(name) && !sites.some((folder) => name.startsWith(folder))).length;
}
