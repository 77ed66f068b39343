import assert from "node:assert/strict";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { EndpointError, resolveBucketEndpoint, type Store } from "../../src/aws/endpoint.ts";
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
});

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
