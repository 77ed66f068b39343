import { encodeUrlPath } from "../url-paths.ts";
import type { HeadersFileRule } from "./headers-file-rules.ts";
import { type HeaderOutcome, headerOutcomes } from "./headers-file-values.ts";
import { covers, type PathPattern } from "./path-pattern.ts";
import { corsConfig, isCorsHeader, type ResponseHeadersCorsConfig } from "./response-headers-cors.ts";
import {
  isSecurityHeader,
  type ResponseHeadersSecurityConfig,
  securityHeaderConfig,
} from "./response-headers-security.ts";

/** A response headers policy, and the cache behavior to attach it to. */
export interface ResponseHeadersPolicy {
  /** The path pattern of the cache behavior; `*` is the default one. */
  readonly pathPattern: string;
  /** What `aws cloudfront create-response-headers-policy` takes. */
  readonly config: ResponseHeadersPolicyConfig;
}

/** "ResponseHeadersPolicyConfig" in the Amazon CloudFront API Reference. */
export interface ResponseHeadersPolicyConfig {
  readonly Name: string;
  readonly Comment: string;
  readonly CorsConfig?: ResponseHeadersCorsConfig;
  readonly SecurityHeadersConfig?: ResponseHeadersSecurityConfig;
  readonly CustomHeadersConfig?: Items<{ readonly Header: string; readonly Value: string; readonly Override: boolean }>;
  readonly RemoveHeadersConfig?: Items<{ readonly Header: string }>;
}

interface Items<T> {
  readonly Quantity: number;
  readonly Items: readonly T[];
}

/** Headers that CloudFront or HTTP sets, and Netlify's password, which is not a header. */
const NEVER_CUSTOM = new Set([
  "basic-auth",
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "keep-alive",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);

/**
 * Makes a policy for each pattern of the rules. Only one cache behavior applies to a request, so a pattern's policy also has the headers
 * of the wider ones.
 *
 * @param basePath the path of the site's URL, with a `/` at both ends.
 * @returns the policies, in the order in which the cache behaviors belong, and the lines whose headers they hold.
 */
export function responseHeadersPolicies(
  rules: readonly HeadersFileRule[],
  basePath: string,
): { readonly policies: readonly ResponseHeadersPolicy[]; readonly carriedLines: ReadonlySet<number> } {
  const policies: (ResponseHeadersPolicy & { readonly narrowness: number })[] = [];
  const carriedLines = new Set<number>();
  for (const rule of rules.filter(({ headers }) => headers.length > 0)) {
    const pathPattern = cloudFrontPattern(rule.pattern, basePath);
    if (pathPattern === undefined || policies.some((policy) => policy.pathPattern === pathPattern)) continue;
    const outcomes = headerOutcomes(rules.filter(({ pattern }) => covers(pattern, rule.pattern)));
    const { config, lines } = policyConfig(`site-headers-line-${rule.line}`, pathPattern, outcomes);
    if (lines.length === 0) continue;
    policies.push({ pathPattern, config, narrowness: pathPattern === "*" ? 0 : rule.pattern.head.length });
    for (const line of lines) carriedLines.add(line);
  }
  return {
    policies: policies
      .sort((one, other) => other.narrowness - one.narrowness)
      .map(({ pathPattern, config }) => ({ pathPattern, config })),
    carriedLines,
  };
}

function policyConfig(
  name: string,
  pathPattern: string,
  outcomes: ReadonlyMap<string, HeaderOutcome>,
): { readonly config: ResponseHeadersPolicyConfig; readonly lines: readonly number[] } {
  const cors = corsConfig(outcomes);
  const kept = [...outcomes].filter(([header, { value }]) => {
    if (isCorsHeader(header)) return cors !== undefined && value !== undefined;
    if (isSecurityHeader(header)) return value === undefined || securityHeaderConfig(header, value) !== undefined;
    return !NEVER_CUSTOM.has(header);
  });
  const security = kept.flatMap(([header, { value }]) => (value && securityHeaderConfig(header, value)) || []);
  const custom = kept.flatMap(([header, { name: Header, value: Value }]) =>
    Value === undefined || isCorsHeader(header) || isSecurityHeader(header) ? [] : [{ Header, Value, Override: true }],
  );
  const removed = kept.flatMap(([, { name: Header, value }]) => (value === undefined ? [{ Header }] : []));
  return {
    config: {
      Name: name,
      Comment: `Made from _headers for ${pathPattern}`,
      ...(cors && { CorsConfig: cors }),
      ...(security.length > 0 && { SecurityHeadersConfig: Object.assign({}, ...security) }),
      ...(custom.length > 0 && { CustomHeadersConfig: { Quantity: custom.length, Items: custom } }),
      ...(removed.length > 0 && { RemoveHeadersConfig: { Quantity: removed.length, Items: removed } }),
    },
    lines: kept.flatMap(([, { lines }]) => lines),
  };
}

/**
 * In a cache behavior's path pattern `*` means any characters, including `/`, and `?` means any one ("Path pattern" in the CloudFront
 * Developer Guide).
 *
 * @returns undefined for a path with an asterisk, which such a pattern cannot write as browsers do.
 */
function cloudFrontPattern({ parts }: PathPattern, basePath: string): string | undefined {
  const texts = parts.filter((_, index) => index % 2 === 0);
  if (texts.some((text) => text.includes("*"))) return undefined;
  const pattern = texts.map(encodeUrlPath).join("*").slice(1);
  const whole = `${basePath}${pattern}`;
  return whole === "/*" ? "*" : whole;
}
