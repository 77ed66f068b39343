import type { EndpointFeatures, Store } from "../../src/aws/endpoint.ts";

const POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/mine";
const POINT_EAST = "arn:aws:s3:us-east-1:123456789012:accesspoint/mine";
const ALIAS = "mine-aqfqprnstn7aefdfbarligizwgyfouse1a-s3alias";

/** Amazon S3 by the given features; in us-west-2, and with the usual addressing, if nothing else is given. */
export function using(...given: (keyof EndpointFeatures | "path" | `${string}-1`)[]): Store {
  const has = (feature: keyof EndpointFeatures) => given.includes(feature);
  const region = given.find((each) => each.endsWith("-1")) ?? "us-west-2";
  return {
    ...aws(region, given.includes("path") ? "path" : "auto"),
    features: { accelerate: has("accelerate"), dualstack: has("dualstack"), fips: has("fips") },
  };
}

export function aws(region: string, addressingStyle: Store["addressingStyle"] = "auto"): Store {
  return { region, addressingStyle };
}

export function other(url: string, addressingStyle: Store["addressingStyle"] = "auto"): Store {
  return { endpoint: new URL(url), region: "us-east-1", addressingStyle };
}

/** Where the requests for a bucket go, and the region that they are signed for, where it is another than the store's. */
export const endpointTable: readonly [title: string, store: Store, bucket: string, url: string, region?: string][] = [
  ["virtual host on AWS", aws("eu-west-1"), "bucket", "https://bucket.s3.eu-west-1.amazonaws.com"],
  ["us-east-1", aws("us-east-1"), "bucket", "https://bucket.s3.us-east-1.amazonaws.com"],
  [
    "path style for a dotted name",
    aws("eu-west-1"),
    "www.example.com",
    "https://s3.eu-west-1.amazonaws.com/www.example.com",
  ],
  ["path style when asked for", aws("eu-west-1", "path"), "bucket", "https://s3.eu-west-1.amazonaws.com/bucket"],
  ["China's own suffix", aws("cn-north-1"), "bucket", "https://bucket.s3.cn-north-1.amazonaws.com.cn"],
  ["GovCloud", aws("us-gov-west-1"), "bucket", "https://bucket.s3.us-gov-west-1.amazonaws.com"],
  ["path style on other stores", other("http://127.0.0.1:9000"), "bucket", "http://127.0.0.1:9000/bucket"],
  ["a store behind a path", other("https://h.example/s3/"), "bucket", "https://h.example/s3/bucket"],
  [
    "virtual host on other stores when asked for",
    other("https://s3.example", "virtual"),
    "bucket",
    "https://bucket.s3.example",
  ],
  ["accelerate", using("accelerate"), "bucket", "https://bucket.s3-accelerate.amazonaws.com"],
  [
    "accelerate and dual stack",
    using("accelerate", "dualstack"),
    "bucket",
    "https://bucket.s3-accelerate.dualstack.amazonaws.com",
  ],
  ["dual stack", using("dualstack"), "bucket", "https://bucket.s3.dualstack.us-west-2.amazonaws.com"],
  [
    "dual stack with a dotted name",
    using("dualstack"),
    "www.example.com",
    "https://s3.dualstack.us-west-2.amazonaws.com/www.example.com",
  ],
  ["FIPS", using("fips"), "bucket", "https://bucket.s3-fips.us-west-2.amazonaws.com"],
  [
    "FIPS and dual stack",
    using("fips", "dualstack"),
    "bucket",
    "https://bucket.s3-fips.dualstack.us-west-2.amazonaws.com",
  ],
  [
    "FIPS with path style",
    { ...using("fips"), addressingStyle: "path" },
    "bucket",
    "https://s3-fips.us-west-2.amazonaws.com/bucket",
  ],
  [
    "dual stack with path style",
    using("dualstack", "path"),
    "bucket",
    "https://s3.dualstack.us-west-2.amazonaws.com/bucket",
  ],
  [
    "FIPS with a dotted name",
    using("fips"),
    "www.example.com",
    "https://s3-fips.us-west-2.amazonaws.com/www.example.com",
  ],
  [
    "a dotted name in China",
    aws("cn-northwest-1"),
    "www.example.com",
    "https://s3.cn-northwest-1.amazonaws.com.cn/www.example.com",
  ],
  [
    "dual stack in China",
    using("dualstack", "cn-north-1"),
    "bucket",
    "https://bucket.s3.dualstack.cn-north-1.amazonaws.com.cn",
  ],
  ["path style in China", aws("cn-north-1", "path"), "bucket", "https://s3.cn-north-1.amazonaws.com.cn/bucket"],
  ["FIPS in GovCloud", using("fips", "us-gov-east-1"), "bucket", "https://bucket.s3-fips.us-gov-east-1.amazonaws.com"],
  [
    "dual stack in GovCloud",
    using("dualstack", "us-gov-west-1"),
    "bucket",
    "https://bucket.s3.dualstack.us-gov-west-1.amazonaws.com",
  ],
  ["a partition with its own suffix", aws("us-iso-east-1"), "bucket", "https://bucket.s3.us-iso-east-1.c2s.ic.gov"],
  [
    "a region that is newer than the rules",
    aws("mars-north-1"),
    "bucket",
    "https://bucket.s3.mars-north-1.amazonaws.com",
  ],
  ["an access point", aws("us-west-2"), POINT, "https://mine-123456789012.s3-accesspoint.us-west-2.amazonaws.com"],
  [
    "an access point with dual stack",
    using("dualstack"),
    POINT,
    "https://mine-123456789012.s3-accesspoint.dualstack.us-west-2.amazonaws.com",
  ],
  [
    "an access point with FIPS",
    using("fips"),
    POINT,
    "https://mine-123456789012.s3-accesspoint-fips.us-west-2.amazonaws.com",
  ],
  [
    "an access point in another region",
    aws("eu-west-1"),
    POINT,
    "https://mine-123456789012.s3-accesspoint.us-west-2.amazonaws.com",
    "us-west-2",
  ],
  [
    "an access point in China",
    aws("cn-north-1"),
    "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/mine",
    "https://mine-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn",
  ],
  [
    "an access point in GovCloud",
    aws("us-gov-west-1"),
    "arn:aws-us-gov:s3:us-gov-west-1:123456789012:accesspoint:mine",
    "https://mine-123456789012.s3-accesspoint.us-gov-west-1.amazonaws.com",
  ],
  [
    "an access point of Object Lambda",
    aws("us-west-2"),
    "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mine",
    "https://mine-123456789012.s3-object-lambda.us-west-2.amazonaws.com",
  ],
  [
    "an access point of an Outpost",
    aws("us-west-2"),
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/mine",
    "https://mine-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com",
  ],
  ["an access point's alias", aws("eu-west-1"), ALIAS, `https://${ALIAS}.s3.eu-west-1.amazonaws.com`],
  [
    "an access point's alias with path style",
    aws("eu-west-1", "path"),
    ALIAS,
    `https://s3.eu-west-1.amazonaws.com/${ALIAS}`,
  ],
  [
    "a store with a port and a path",
    other("https://h.example:8443/a%20b/s3"),
    "bucket",
    "https://h.example:8443/a%20b/s3/bucket",
  ],
  [
    "a store with a port, as virtual host",
    other("http://s3.example:9000", "virtual"),
    "bucket",
    "http://bucket.s3.example:9000",
  ],
  [
    "a store with a path, as virtual host",
    other("https://s3.example/api", "virtual"),
    "bucket",
    "https://bucket.s3.example/api",
  ],
  [
    "a dotted name on another store, over https",
    other("https://s3.example", "virtual"),
    "www.example.com",
    "https://s3.example/www.example.com",
  ],
  [
    "a dotted name on another store, over http",
    other("http://s3.example", "virtual"),
    "www.example.com",
    "http://www.example.com.s3.example",
  ],
  ["a store with the protocol's own port", other("https://h.example:443"), "bucket", "https://h.example/bucket"],
  [
    "a store that is named by its address, as virtual host",
    other("http://10.0.0.7:9000", "virtual"),
    "bucket",
    "http://10.0.0.7:9000/bucket",
  ],
  ["a store that is named by its address of IPv6", other("http://[::1]:9000"), "bucket", "http://[::1]:9000/bucket"],
  [
    "an access point behind an address of one's own",
    other("https://vpce.example", "virtual"),
    POINT_EAST,
    "https://mine-123456789012.vpce.example",
  ],
];
