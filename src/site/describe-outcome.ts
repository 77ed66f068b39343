import { printed } from "../errors/coded-message.ts";
import { countOf } from "../errors/counts.ts";
import type { EdgeRefresh } from "./cloudfront/invalidate-changed.ts";
import { listSome } from "./list-some.ts";
import type { SiteOptions } from "./options.ts";
import type { PreparedSite } from "./plan/prepared-site.ts";
import type { SiteReport } from "./publish-record.ts";

/** Of more releases, the rest is counted. */
const MAX_RELEASES = 10;

/** What people want to know about a publish, except its files. */
export interface OutcomeWords {
  /** Where visitors find the site now. Absent if that is not known. */
  readonly siteUrl?: URL;
  readonly checks: readonly string[];
  /** The label and the text of each fact. */
  readonly facts: readonly { readonly what: string; readonly text: string }[];
}

/**
 * Says what a publish or a rollback came to.
 *
 * @param report absent if nothing was done, because it is a dry run or was refused.
 */
export function describeOutcome(
  site: Pick<PreparedSite, "address" | "distribution" | "releases">,
  options: Pick<SiteOptions, "domain" | "verify">,
  report: SiteReport | undefined,
): OutcomeWords {
  const { siteUrl, undelegatedUrl } = site.address;
  const isUndelegated = report?.undelegated.includes(options.domain?.domainName ?? "");
  const url = (isUndelegated ? undelegatedUrl : undefined) ?? siteUrl;
  const where = url === undefined ? {} : { siteUrl: url };
  if (!report) return { ...where, checks: [], facts: [] };
  const invalidations = report.invalidations.map((each) => describeInvalidation(each, site.distribution?.id ?? ""));
  return {
    ...where,
    checks: [describeChecks(report, options, url)],
    facts: [
      ...invalidations.map((text) => ({ what: "Invalidation", text })),
      ...(report.nameServers.length > 0 ? [{ what: "Name servers", text: describeNameServers(report) }] : []),
      { what: "Rollback", text: describeRollback(site, report) },
    ],
  };
}

function describeChecks(
  { checks, errors }: SiteReport,
  { verify }: Pick<SiteOptions, "verify">,
  url: URL | undefined,
): string {
  if (checks) {
    const { checksCount, failuresCount, siteUrl } = checks;
    return failuresCount === 0
      ? `${countOf(checksCount, "URL")} of ${siteUrl} checked: all return what was published`
      : `${countOf(checksCount, "URL")} of ${siteUrl} checked: ${failuresCount} do not return what was published`;
  }
  if (!verify) return "the site was not checked, because verify is off";
  if (errors.length > 0) return "the site was not checked, because an earlier part of the step failed";
  return url === undefined
    ? "the site was not checked. Enter siteUrl, the URL that visitors use"
    : "the site was not checked, because it has no index document";
}

function describeInvalidation({ id, paths, isCompleted, failure }: EdgeRefresh, distributionId: string): string {
  const what = paths.length === 1 ? paths[0] : `${paths.length} paths`;
  const name = id === undefined ? "" : `${id}, `;
  const place = `${name}${what} of the distribution ${distributionId}`;
  if (failure) return `${place}: ${printed(failure)}`;
  return isCompleted ? `${place}: completed` : `${place}: in progress, usually for one or two minutes`;
}

function describeNameServers({ nameServers, undelegated }: SiteReport): string {
  return `visitors do not find ${undelegated.join(", ")} yet. Where the domain is registered, set these name servers: ${nameServers.join(", ")}`;
}

/** Which release this is, and how to go back to another one. */
function describeRollback(
  { releases }: Pick<PreparedSite, "releases">,
  { release, releases: kept }: SiteReport,
): string {
  if (!releases || (release && releases.keepReleases === 0))
    return "earlier releases are not kept. Set keepReleases, for example to 5, to be able to roll back in seconds";
  const { live, records } = releases.before;
  const numbers = (kept ?? records).map(({ number }) => number).filter((number) => number !== release?.number);
  const others = listSome(numbers.reverse().map(String), MAX_RELEASES);
  const advice =
    others === ""
      ? "No earlier release is kept yet"
      : `To restore another one, run this task with action: rollback and rollbackTo: ${others}`;
  if (!release)
    return `this step did not complete, and visitors may see a part of it. ${live ? advice : "There is no release yet"}`;
  if (release.content.number === release.number) return `this is release ${release.number}. ${advice}`;
  const branch = "Revert the change in the branch too, or the next publish brings it back";
  return `this is release ${release.number}, with the content of release ${release.content.number}. ${branch}. ${advice}`;
}
