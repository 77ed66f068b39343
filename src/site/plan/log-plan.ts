import type { Distribution } from "../cloudfront/distribution.ts";
import { spaChange } from "../cloudfront/distribution-spa.ts";
import type { SiteOptions } from "../options.ts";
import type { CompiledRedirects } from "../rules/redirects.ts";
import type { PreparedSite } from "./prepared-site.ts";
import { HEADERS_FILE, REDIRECTS_FILE, type SiteRules } from "./site-rules.ts";
import type { SiteLog } from "./site-tools.ts";

/** Tells what the site says of itself and S3 cannot do. */
export function logRules(rules: SiteRules, redirects: CompiledRedirects, options: SiteOptions, log: SiteLog): void {
  for (const { line, code, message } of rules.headersFile.warnings) {
    log.warning(code, `${HEADERS_FILE}, line ${line}: ${message}`);
  }
  for (const { line, code, message } of redirects.warnings) {
    log.warning(code, `${REDIRECTS_FILE}, line ${line}: ${message}`);
  }
  if (redirects.routingRules.length > 0 && !options.configureWebsite) {
    const rulesNeeded =
      redirects.routingRules.length === 1 ? "a routing rule" : `${redirects.routingRules.length} routing rules`;
    log.warning(
      "website-not-configured",
      `${REDIRECTS_FILE}: some lines need ${rulesNeeded} in the bucket's website configuration, which this step leaves alone. Set configureWebsite to true.`,
    );
  }
}

/** Tells what the distribution lacks, which this step does not change. */
export function logDistribution(distribution: Distribution, options: SiteOptions, log: SiteLog): void {
  const { id, originKind, sitePath, defaultRootObject } = distribution;
  const { indexDocument } = options;
  if (originKind === "rest" && sitePath === "/" && defaultRootObject !== indexDocument) {
    log.warning(
      "distribution-settings-incomplete",
      `The distribution ${id} has no answer for /: set its default root object to ${indexDocument}.`,
    );
  }
  const [summary, ...commands] = (options.singlePageApp && spaChange(distribution, indexDocument)) || [];
  if (summary !== undefined) log.warning("distribution-settings-incomplete", summary);
  for (const command of commands) log.info(command);
}

/** Tells what an earlier publish has left, and why some of what the site does without stays in the bucket. */
export function logEarlierState(
  { manifest, listed, objects, kept }: Pick<PreparedSite, "manifest" | "listed" | "objects" | "kept">,
  { keepRemovedDays }: SiteOptions,
  log: SiteLog,
): void {
  // What has been waited for since an earlier publish is none of the last one's.
  if (manifest && [...manifest.entries.values()].some(({ pending, removedMs }) => pending && removedMs === undefined)) {
    const when = new Date(manifest.writtenMs).toISOString();
    log.info(
      `The publish before did not come to its end, or still runs: ${manifest.run.name}, at ${when}. This one puts right what it left`,
    );
  }
  const others = manifest ? 0 : [...listed.keys()].filter((name) => !objects.has(name)).length;
  if (others > 0) {
    log.info(
      `There is no manifest of an earlier publish, so ${count(others, "object")} beside the site's own will stay`,
    );
  }
  if (kept.length > 0) {
    const howLong = keepRemovedDays > 0 ? `${count(keepRemovedDays, "day")} after that` : "until the next publish";
    log.info(`For pages that are open, ${count(kept.length, "asset")} that the site has no more will stay, ${howLong}`);
  }
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
