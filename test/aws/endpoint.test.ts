import assert from "node:assert/strict";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { EndpointError, type EndpointFeatures, resolveBucketEndpoint, type Store } from "../../src/aws/endpoint.ts";
import { encodeKey } from "../../src/aws/signer.ts";
import { aws, endpointTable, other, using } from "./endpoint-table.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

describe("the endpoint of a bucket", () => {
  for (const [title, store, bucket, expected, region = store.region] of endpointTable) {
    it(`is that of the SDK: ${title}`, async () => {
      const endpoint = resolveBucketEndpoint(store, bucket);
      assert.equal(`${endpoint.protocol}//${endpoint.host}${endpoint.basePath}`, expected);
      assert.deepEqual(await sdkRequest(store, bucket, "some key/ä.txt"), {
        url: `${expected}/${encodeKey("some key/ä.txt")}`,
        host: endpoint.host,
        scope: `${endpoint.signingRegion}/${endpoint.signingService}`,
      });
      assert.equal(endpoint.signingRegion, region);
    });
  }

  it("has one slash before the key, where the SDK puts two after a path that ends with one", () => {
    const endpoint = resolveBucketEndpoint(other("https://s3.example/api/", "virtual"), "bucket");
    assert.deepEqual([endpoint.host, endpoint.basePath], ["bucket.s3.example", "/api"]);
  });

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
      `${feature}: only Amazon S3 has this feature, and the server is h.example.`,
    ]),
  ];
  for (const [title, store, bucket, message] of refusals) {
    it(`is refused as the SDK refuses it, in plain words: ${title}`, async () => {
      assert.throws(() => resolveBucketEndpoint(store, bucket), new EndpointError("endpoint-not-available", message));
      assert.equal(await sdkRequest(store, bucket, "key"), undefined);
    });
  }
});

interface SentBySdk {
  readonly url: string;
  readonly host: string;
  /** Region and service that it is signed for. */
  readonly scope: string;
}

/** Where the SDK's own client would send a PutObject; undefined if it refuses. */
async function sdkRequest(store: Store, bucket: string, key: string): Promise<SentBySdk | undefined> {
  let sent: SentBySdk | undefined;
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
      handle({ protocol, hostname, port, path, headers }: HttpRequest) {
        const scope = /Credential=a\/\d+\/([^/]+\/[^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";
        sent = { url: `${protocol}//${hostname}${port ? `:${port}` : ""}${path}`, host: headers.host ?? "", scope };
        throw new Error("not sent");
      },
    },
  });
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "x" })).catch(() => undefined);
  return sent;
}

interface HttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
