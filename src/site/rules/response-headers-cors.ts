import type { HeaderOutcome } from "./headers-file-values.ts";

/** "ResponseHeadersPolicyCorsConfig" in the Amazon CloudFront API Reference. */
export interface ResponseHeadersCorsConfig {
  readonly AccessControlAllowOrigins: CorsItems;
  readonly AccessControlAllowHeaders: CorsItems;
  readonly AccessControlAllowMethods: CorsItems;
  readonly AccessControlAllowCredentials: boolean;
  readonly AccessControlExposeHeaders?: CorsItems;
  readonly AccessControlMaxAgeSec?: number;
  readonly OriginOverride: boolean;
}

interface CorsItems {
  readonly Quantity: number;
  readonly Items: readonly string[];
}

const CORS_HEADERS = new Set([
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "access-control-max-age",
]);

/** CloudFront writes all of them as `ALL`. */
const METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

/** Whether CloudFront treats the header as a CORS header, and so not as a custom header. */
export function isCorsHeader(lowerCaseName: string): boolean {
  return CORS_HEADERS.has(lowerCaseName);
}

/**
 * The CORS headers together. CloudFront requires methods and headers; the defaults are reads, and any header.
 *
 * @param outcomes by lower-case name.
 * @returns undefined if they name no origin, or say what CloudFront cannot.
 */
export function corsConfig(outcomes: ReadonlyMap<string, HeaderOutcome>): ResponseHeadersCorsConfig | undefined {
  const corsValue = (name: string) => outcomes.get(`access-control-${name}`)?.value;
  const origin = corsValue("allow-origin");
  if (origin === undefined) return undefined;
  const credentials = corsValue("allow-credentials") === "true";
  const maxAge = corsValue("max-age");
  const expose = corsValue("expose-headers");
  const methods = itemsOf(corsValue("allow-methods")?.toUpperCase() ?? "GET, HEAD");
  const config = {
    AccessControlAllowOrigins: itemsOf(origin),
    AccessControlAllowHeaders: itemsOf(corsValue("allow-headers") ?? "*"),
    AccessControlAllowMethods: methods.Items.includes("*") ? itemsOf("ALL") : methods,
    AccessControlAllowCredentials: credentials,
    ...(expose === undefined ? {} : { AccessControlExposeHeaders: itemsOf(expose) }),
    ...(maxAge === undefined ? {} : { AccessControlMaxAgeSec: Number(maxAge) }),
    OriginOverride: true,
  };
  return isSayable(config) ? config : undefined;
}

/** With credentials CloudFront takes no wildcards ("CORS headers" in the Amazon CloudFront Developer Guide). */
function isSayable(config: ResponseHeadersCorsConfig): boolean {
  const methods = config.AccessControlAllowMethods.Items;
  const lists = [config.AccessControlAllowOrigins, config.AccessControlAllowHeaders, config.AccessControlExposeHeaders];
  return (
    (methods[0] === "ALL" || methods.every((method) => METHODS.has(method))) &&
    Number.isInteger(config.AccessControlMaxAgeSec ?? 0) &&
    !(config.AccessControlAllowCredentials && lists.some((list) => list?.Items.includes("*")))
  );
}

function itemsOf(list: string): CorsItems {
  const Items = list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  return { Quantity: Items.length, Items };
}
