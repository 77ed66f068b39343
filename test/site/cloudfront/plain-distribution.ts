import type { Distribution } from "../../../src/site/cloudfront/distribution.ts";

/** A distribution that serves a private bucket, with the settings of CloudFront's console. */
export const plainDistribution: Distribution = {
  id: "E1",
  domainName: "d111111abcdef8.cloudfront.net",
  aliases: [],
  isIpv6Enabled: true,
  originKind: "rest",
  originPath: "",
  sitePath: "/",
  defaultRootObject: "index.html",
  customErrorResponses: [],
};
