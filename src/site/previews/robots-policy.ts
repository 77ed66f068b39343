import type { SiteLog } from "../plan/site-tools.ts";
import type { ResponseHeadersPolicyConfig } from "../rules/response-headers-policy.ts";

/** S3 cannot keep this header with an object. */
const NO_ROBOTS: ResponseHeadersPolicyConfig = {
  Name: "previews-not-indexed",
  Comment: "Keeps search engines out of previews",
  CustomHeadersConfig: { Quantity: 1, Items: [{ Header: "X-Robots-Tag", Value: "noindex", Override: true }] },
};

/** Prints the policy of a distribution that keeps search engines out of previews, which this step does not create. */
export function logRobotsPolicy(distributionId: string, log: SiteLog): void {
  log.info(
    `To keep search engines out of previews, create this response headers policy, and attach it to the cache behavior of the distribution ${distributionId} that answers for previews: ${JSON.stringify(NO_ROBOTS)}`,
  );
}
