import type { RoutingRule } from "../../s3/buckets/website-configuration.ts";
import type { RedirectRule } from "./redirects-file.ts";
import { basePathOf, type RedirectSite } from "./redirects-site.ts";
import { parseRedirectTarget, targetParts } from "./redirects-target.ts";

export type { RoutingRule };

/** "Configuring advanced conditional redirects" in the Amazon S3 User Guide. */
export const MAX_ROUTING_RULES = 50;

/** An endpoint's statuses for a missing object. If visitors may not list the bucket, it is 403. */
const MISSING_STATUSES = ["404", "403"];

/**
 * The routing rule for a rule from a folder, for example `/blog/*`, without the condition that excludes files of the site.
 *
 * @throws Error if S3 cannot apply the rule.
 */
export function folderRoutingRule(rule: RedirectRule, site: RedirectSite): RoutingRule {
  const keyPrefix = site.prefix + rule.from.head.slice(1);
  return {
    condition: keyPrefix === "" ? {} : { keyPrefix },
    redirect: {
      ...redirectOrigin(rule, site),
      ...keyReplacement(rule, site, keyPrefix),
      httpRedirectCode: `${rule.status}`,
    },
  };
}

/** The rule for requests that find nothing, so that files come first. */
export function whereMissing({ condition, redirect }: RoutingRule): readonly RoutingRule[] {
  return MISSING_STATUSES.map((httpErrorCode) => ({ condition: { ...condition, httpErrorCode }, redirect }));
}

/** Without a host, S3 uses the host of the request, which is S3's own behind CloudFront. */
function redirectOrigin(
  { to }: RedirectRule,
  { siteUrl }: RedirectSite,
): Pick<RoutingRule["redirect"], "protocol" | "hostName"> {
  const { origin } = parseRedirectTarget(to);
  if (origin && !/^[\w.-]+(:\d+)?$/.test(origin.host)) throw new Error("S3 does not support placeholders in a host");
  if (origin) return { protocol: origin.protocol, hostName: origin.host };
  return siteUrl ? { protocol: siteUrl.protocol === "http:" ? "http" : "https", hostName: siteUrl.host } : {};
}

function keyReplacement(
  { from, to }: RedirectRule,
  site: RedirectSite,
  keyPrefix: string,
): Pick<RoutingRule["redirect"], "replaceKeyPrefixWith" | "replaceKeyWith"> {
  const { origin, path } = parseRedirectTarget(to);
  const [text = "", splat, ...rest] = targetParts(origin ? path : basePathOf(site) + path.slice(1), from.names);
  const key = text.slice(1);
  // No document says which other characters S3 escapes again.
  if (!/^[\w\-.~/!$&'()*+,;=:@?#]*$/.test(key))
    throw new Error("S3 does not support escaped characters in the target of a rule");
  if (splat === undefined) return { replaceKeyWith: key || indexKey(origin !== undefined, site) };
  if (rest.join("") !== "") throw new Error("S3 supports :splat only at the end of the target");
  return key === keyPrefix ? {} : { replaceKeyPrefixWith: key };
}

/** An empty key would keep the requested one. */
function indexKey(isElsewhere: boolean, { indexDocument }: RedirectSite): string {
  if (isElsewhere) throw new Error("S3 cannot redirect a whole folder to the root of another host");
  return indexDocument;
}
