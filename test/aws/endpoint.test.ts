import assert from "node:assert/strict";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { EndpointError, type EndpointFeatures, resolveBucketEndpoint, type Store } from "../../src/aws/endpoint.ts";
import { encodeKey } from "../../src/aws/signer.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

describe("the endpoint of a bucket", () => {
  const cases: [title: string, store: Store, bucket: string, url: string][] = [
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
  ];
  for (const [title, store, bucket, expected] of cases) {
    it(`is that of the SDK: ${title}`, async () => {
      const endpoint = resolveBucketEndpoint(store, bucket);
      assert.equal(`${endpoint.protocol}//${endpoint.host}${endpoint.basePath}`, expected);
      assert.equal(await sdkUrl(store, bucket, "some key/ä.txt"), `${expected}/${encodeKey("some key/ä.txt")}`);
      assert.equal(endpoint.signingRegion, store.region);
    });
  }

  it("is refused with the reason where the region is none", () => {
    assert.throws(() => resolveBucketEndpoint(aws("eu west"), "bucket"), EndpointError);
  });

  const elsewhere = (feature: keyof EndpointFeatures) => ({ ...other("https://h.example"), ...using(feature) });
  const refusals: [title: string, store: Store, bucket: string, message: string][] = [
    [
      "accelerate with path style",
      { ...using("accelerate"), addressingStyle: "path" },
      "bucket",
      "accelerate cannot be used with path-style addressing.",
    ],
    [
      "accelerate with a dotted name",
      using("accelerate"),
      "www.example.com",
      "accelerate: a bucket with a dot in its name has no such endpoint.",
    ],
    [
      "accelerate with FIPS",
      using("accelerate", "fips"),
      "bucket",
      "accelerate cannot be used with fips, which has no such endpoint.",
    ],
    [
      "accelerate in China",
      { ...using("accelerate"), region: "cn-north-1" },
      "bucket",
      "accelerate: the partition of cn-north-1 has no such endpoint.",
    ],
    [
      "FIPS in China",
      { ...using("fips"), region: "cn-north-1" },
      "bucket",
      "fips: the partition of cn-north-1 has no such endpoint.",
    ],
    [
      "an access point with path style",
      aws("us-west-2", "path"),
      "arn:aws:s3:us-west-2:123456789012:accesspoint/mine",
      "an access point cannot be used with path-style addressing.",
    ],
    ...(["accelerate", "dualstack", "fips"] as const).map((feature): [string, Store, string, string] => [
      `${feature} on another store`,
      elsewhere(feature),
      "bucket",
      `${feature}: this is a feature of Amazon S3, and the store is h.example.`,
    ]),
  ];
  for (const [title, store, bucket, message] of refusals) {
    it(`is refused as the SDK refuses it, in plain words: ${title}`, async () => {
      assert.throws(() => resolveBucketEndpoint(store, bucket), new EndpointError(message));
      assert.equal(await sdkUrl(store, bucket, "key"), "");
    });
  }
});

function using(...features: (keyof EndpointFeatures)[]): Store {
  const has = (feature: keyof EndpointFeatures) => features.includes(feature);
  return {
    ...aws("us-west-2"),
    features: { accelerate: has("accelerate"), dualstack: has("dualstack"), fips: has("fips") },
  };
}

function aws(region: string, addressingStyle: Store["addressingStyle"] = "auto"): Store {
  return { region, addressingStyle };
}

function other(url: string, addressingStyle: Store["addressingStyle"] = "auto"): Store {
  return { endpoint: new URL(url), region: "us-east-1", addressingStyle };
}

/** Where the SDK's own client would send a PutObject. */
async function sdkUrl(store: Store, bucket: string, key: string): Promise<string> {
  let url = "";
  const client = new S3Client({
    region: store.region,
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
    forcePathStyle:
      store.addressingStyle === "path" || (store.addressingStyle === "auto" && store.endpoint !== undefined),
    ...(store.endpoint ? { endpoint: store.endpoint.href } : {}),
    useAccelerateEndpoint: store.features?.accelerate ?? false,
    useDualstackEndpoint: store.features?.dualstack ?? false,
    useFipsEndpoint: store.features?.fips ?? false,
    maxAttempts: 1,
    requestHandler: {
      handle(request: { protocol: string; hostname: string; port?: number; path: string }) {
        const port = request.port ? `:${request.port}` : "";
        url = `${request.protocol}//${request.hostname}${port}${request.path}`;
        throw new Error("not sent");
      },
    },
  });
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "x" })).catch(() => undefined);
  return url;
}
