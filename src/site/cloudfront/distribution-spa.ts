import type { CustomErrorResponse, Distribution } from "./distribution.ts";

/** S3's statuses for a missing page. It is 403 if the public may not list the bucket. */
const MISSING_PAGE_CODES = [403, 404];

/** The value that CloudFront's console suggests, so that a new page is soon visible. */
const CACHING_MIN_TTL_SECONDS = 10;

/**
 * The change after which a distribution returns the index document for every path without an object, as a single-page app needs it. The
 * distribution belongs to its owner, so the change is only shown.
 *
 * @returns lines for people, with commands of the AWS CLI that make the change; undefined if the distribution does it already.
 *
 * Source: "Configure error response behavior" in the Amazon CloudFront Developer Guide.
 */
export function spaChange(distribution: Distribution, indexDocument: string): readonly string[] | undefined {
  const { id, sitePath, customErrorResponses } = distribution;
  const pagePath = `${sitePath}${indexDocument}`;
  const answersWithIndex = ({ responsePagePath, responseStatus }: CustomErrorResponse) =>
    responsePagePath === pagePath && responseStatus === 200;
  const missing = MISSING_PAGE_CODES.filter(
    (code) => !customErrorResponses.some((response) => response.errorCode === code && answersWithIndex(response)),
  );
  if (missing.length === 0) return undefined;

  const kept = customErrorResponses.filter(({ errorCode }) => !missing.includes(errorCode));
  const added = missing.map((errorCode) => ({
    errorCode,
    responsePagePath: pagePath,
    responseStatus: 200,
    cachingMinTtlSeconds: CACHING_MIN_TTL_SECONDS,
  }));
  const items = [...kept, ...added].sort((one, other) => one.errorCode - other.errorCode).map(asApiItem);
  const responses = JSON.stringify({ Quantity: items.length, Items: items });
  return [
    `For a single-page app, the CloudFront distribution ${id} must answer ${missing.join(" and ")} with ${pagePath} and the status 200. The step does not change it. These commands (bash, jq) change it:`,
    `etag=$(aws cloudfront get-distribution-config --id ${id} --query ETag --output text)`,
    `aws cloudfront get-distribution-config --id ${id} --query DistributionConfig | jq --argjson responses ${shellQuoted(responses)} '.CustomErrorResponses = $responses' > distribution.json`,
    `aws cloudfront update-distribution --id ${id} --if-match "$etag" --distribution-config file://distribution.json`,
  ];
}

/** In the form of the CloudFront API. */
function asApiItem(response: CustomErrorResponse): object {
  const { errorCode, responsePagePath, responseStatus, cachingMinTtlSeconds } = response;
  return {
    ErrorCode: errorCode,
    ...(responsePagePath === undefined ? {} : { ResponsePagePath: responsePagePath }),
    ...(responseStatus === undefined ? {} : { ResponseCode: String(responseStatus) }),
    ...(cachingMinTtlSeconds === undefined ? {} : { ErrorCachingMinTTL: cachingMinTtlSeconds }),
  };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
