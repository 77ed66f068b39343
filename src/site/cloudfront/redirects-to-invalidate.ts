import { isDeepStrictEqual } from "node:util";
import { changedRules, type WebsiteChange } from "../hosting/shared-website.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";

/**
 * The folders from which the website endpoint now redirects otherwise. Caches keep a redirect like a page.
 *
 * @param change of the website configuration; absent if there is none.
 * @returns key prefixes relative to the site: an empty one is the whole site.
 */
export function redirectsToInvalidate(
  { distribution }: Pick<PreparedSite, "distribution">,
  options: Pick<SiteOptions, "distribution" | "prefix">,
  change: WebsiteChange | undefined,
): readonly string[] {
  if (!change || distribution?.originKind !== "website") return [];
  const { before, after } = change;
  if (isDeepStrictEqual(before, after)) return [];
  if (options.distribution?.invalidate === "all" || "redirectAllRequestsTo" in before) return [""];
  const keyPrefixes = changedRules(before, after).map(({ condition }) => condition.keyPrefix ?? "");
  return [...new Set(keyPrefixes)]
    .filter((keyPrefix) => keyPrefix.startsWith(options.prefix))
    .map((keyPrefix) => keyPrefix.slice(options.prefix.length));
}
