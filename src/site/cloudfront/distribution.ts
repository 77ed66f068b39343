import type * as CloudFront from "@aws-sdk/client-cloudfront";
import { codeOf } from "../../errors/coded-error.ts";
import { StepError } from "../../sync/step-error.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { describeControlPlaneError } from "../control-plane/control-plane-error.ts";

/** A CloudFront distribution that serves the site. */
export interface Distribution {
  readonly id: string;
  /** As `d111111abcdef8.cloudfront.net`. */
  readonly domainName: string;
  /** Its alternate domain names, in lower case. */
  readonly aliases: readonly string[];
  readonly isIpv6Enabled: boolean;
  /** Which of the bucket's endpoints it reads. Only the website endpoint supports index documents and redirects. */
  readonly originKind: OriginKind;
  /** The folder of the bucket that viewers see as `/`: empty, or for example `/site`. */
  readonly originPath: string;
  /** The path at which viewers find the site, with a `/` at both ends and not percent-encoded: `/`, or for example `/docs/`. */
  readonly sitePath: string;
  /** The object that is returned for `/`; empty if there is none. */
  readonly defaultRootObject: string;
  readonly customErrorResponses: readonly CustomErrorResponse[];
}

export type OriginKind = "rest" | "website";

/** What a distribution answers instead of an error of its origin. */
export interface CustomErrorResponse {
  readonly errorCode: number;
  /** As `/index.html`; absent for the origin's own page. */
  readonly responsePagePath?: string;
  /** Absent for the origin's own status. */
  readonly responseStatus?: number;
  /** How long caches keep the error; absent for CloudFront's default. */
  readonly cachingMinTtlSeconds?: number;
}

/** The part of a bucket that holds the site. */
export interface SiteOrigin {
  readonly bucketName: string;
  /** Empty, or with a `/` at its end. */
  readonly prefix: string;
}

/**
 * Reads a distribution, and checks that it serves the site.
 *
 * @throws {StepError} if it cannot be read or does not serve the site; the signal's reason.
 *
 * Source: GetDistribution in the Amazon CloudFront API Reference.
 */
export async function readDistribution(
  controlPlane: ControlPlane,
  id: string,
  site: SiteOrigin,
  signal: AbortSignal,
): Promise<Distribution> {
  const { DomainName: domainName = "", DistributionConfig: config } = await fetchDistribution(controlPlane, id, signal);
  if (!config?.Enabled) {
    throw new StepError(
      "distribution-disabled",
      `The CloudFront distribution ${id} is disabled, so visitors cannot see the site. Enable it, or leave cloudFrontDistributionId empty.`,
    );
  }
  const { originPath, ...origin } = findOrigin(config, id, site);
  return {
    id,
    domainName,
    aliases: (config.Aliases?.Items ?? []).map((alias) => alias.toLowerCase()),
    isIpv6Enabled: config.IsIPV6Enabled ?? false,
    originKind: origin.kind,
    originPath,
    sitePath: `/${site.prefix}`.slice(originPath.length),
    defaultRootObject: config.DefaultRootObject ?? "",
    customErrorResponses: (config.CustomErrorResponses?.Items ?? []).map(readErrorResponse),
  };
}

async function fetchDistribution(
  controlPlane: ControlPlane,
  id: string,
  signal: AbortSignal,
): Promise<Partial<CloudFront.Distribution>> {
  try {
    const { Distribution: distribution = {} } = await controlPlane.getDistribution({ Id: id }, signal);
    return distribution;
  } catch (error) {
    signal.throwIfAborted();
    const why = describeControlPlaneError(error, { action: "cloudfront:GetDistribution", id });
    throw new StepError(codeOf(error), `Reading the CloudFront distribution ${id} failed: ${why}`, { cause: error });
  }
}

interface BucketOrigin {
  readonly id: string;
  readonly kind: OriginKind;
  readonly originPath: string;
}

/** The origin that serves the site. If there are several, the one of the default cache behavior. */
function findOrigin(config: CloudFront.DistributionConfig, id: string, site: SiteOrigin): BucketOrigin {
  const { bucketName, prefix } = site;
  const origins = (config.Origins?.Items ?? []).flatMap((origin) => bucketOrigin(origin, bucketName));
  if (origins.length === 0) {
    throw new StepError(
      "distribution-origin-wrong",
      `The CloudFront distribution ${id} has no origin that is the bucket "${bucketName}": check cloudFrontDistributionId and bucketName, or add the bucket to the distribution's origins.`,
    );
  }
  const showing = origins.filter(({ originPath }) => `/${prefix}`.startsWith(`${originPath}/`));
  const origin = showing.find((each) => each.id === config.DefaultCacheBehavior?.TargetOriginId) ?? showing[0];
  if (!origin) {
    const paths = origins.map(({ originPath }) => originPath).join(", ");
    throw new StepError(
      "distribution-origin-wrong",
      `Viewers of the CloudFront distribution ${id} would not see the site: its origin path is ${paths}, and the site is stored under "/${prefix}". Set targetFolder to a folder under the origin path, or change the origin path.`,
    );
  }
  return origin;
}

function bucketOrigin(origin: CloudFront.Origin, bucketName: string): BucketOrigin[] {
  const kind = originKindOf(origin.DomainName ?? "", bucketName);
  return kind ? [{ id: origin.Id ?? "", kind, originPath: origin.OriginPath ?? "" }] : [];
}

/** The bucket's endpoints without its name: with and without the region, old and new, and those for IPv6 and FIPS. */
const ENDPOINTS: Readonly<Record<OriginKind, RegExp>> = {
  website: /^s3-website[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
  rest: /^s3(?!-website)(-fips)?(\.dualstack)?([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/,
};

/**
 * Which of a bucket's endpoints a domain name is; undefined if it is none of them.
 *
 * Source: "Amazon Simple Storage Service endpoints and quotas" in the AWS General Reference.
 */
export function originKindOf(domainName: string, bucketName: string): OriginKind | undefined {
  const name = domainName.toLowerCase();
  if (!name.startsWith(`${bucketName}.`)) return undefined;
  const endpoint = name.slice(bucketName.length + 1);
  return (["website", "rest"] as const).find((kind) => ENDPOINTS[kind].test(endpoint));
}

/**
 * Whether a distribution has an alternate domain name, in lower case. One may stand for all names of a domain.
 *
 * Source: "Using wildcards in alternate domain names" in the CloudFront Developer Guide.
 */
export function isAlias(domainName: string, { aliases }: Pick<Distribution, "aliases">): boolean {
  return aliases.includes(domainName) || aliases.includes(domainName.replace(/^[^.]+/, "*"));
}

function readErrorResponse(response: CloudFront.CustomErrorResponse): CustomErrorResponse {
  const { ErrorCode = 0, ResponsePagePath, ResponseCode, ErrorCachingMinTTL } = response;
  return {
    errorCode: ErrorCode,
    ...(ResponsePagePath ? { responsePagePath: ResponsePagePath } : {}),
    ...(ResponseCode ? { responseStatus: Number(ResponseCode) } : {}),
    ...(ErrorCachingMinTTL === undefined ? {} : { cachingMinTtlSeconds: ErrorCachingMinTTL }),
  };
}
