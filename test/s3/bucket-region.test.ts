import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import type { HttpRequest, HttpResponse } from "../../src/http/messages.ts";
import type { Transport } from "../../src/http/transport.ts";
import { openBucket } from "../../src/s3/bucket.ts";

const credentials = { accessKeyId: "a", secretAccessKey: "s" };
const HERE = "bucket.s3.eu-west-1.amazonaws.com";

/** Amazon S3 with one bucket, in eu-west-1, as it answers requests that come elsewhere. */
type Elsewhere = (request: HttpRequest) => Omit<HttpResponse, "body"> & { body?: string };

const elsewhere: [title: string, answer: Elsewhere][] = [
  [
    "a permanent redirect",
    () => ({
      status: 301,
      headers: { "x-amz-bucket-region": "eu-west-1" },
      body: "<Error><Code>PermanentRedirect</Code><Endpoint>bucket.s3-eu-west-1.amazonaws.com</Endpoint></Error>",
    }),
  ],
  [
    "a temporary redirect",
    () => ({
      status: 307,
      headers: { location: `https://${HERE}/`, "x-amz-bucket-region": "eu-west-1" },
      body: "<Error><Code>TemporaryRedirect</Code></Error>",
    }),
  ],
  [
    "a signature that is for another region",
    () => ({
      status: 400,
      headers: {},
      body: "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
    }),
  ],
  ["no body", () => ({ status: 400, headers: { "x-amz-bucket-region": "eu-west-1" } })],
];

describe("A bucket in another region than was given", () => {
  for (const [title, answer] of elsewhere) {
    it(`is found, told once, and asked there from then on: ${title}`, async () => {
      const { bucket, hosts, found } = open(answer);
      const body = { sizeBytes: 1, chunks: () => [Buffer.from("x")] };
      await bucket.send({ method: "HEAD", key: "" });
      await bucket.send(() => ({ method: "PUT", key: "k", body }));
      assert.deepEqual(hosts, [
        "bucket.s3.us-east-1.amazonaws.com us-east-1",
        `${HERE} eu-west-1`,
        `${HERE} eu-west-1`,
      ]);
      assert.deepEqual(found, ["eu-west-1"]);
    });
  }

  it("is found by requests that go at once", async () => {
    const { bucket, hosts, found } = open(elsewhere[0]?.[1] as Elsewhere);
    await Promise.all(Array.from({ length: 8 }, (_, index) => bucket.send({ method: "GET", key: `${index}` })));
    assert.equal(hosts.length, 16);
    assert.deepEqual(found, ["eu-west-1"]);
  });

  const ends: [title: string, region: string | undefined, requests: number][] = [
    ["the server names no region", undefined, 1],
    ["the server names the one that was given", "us-east-1", 1],
    ["what the server names is no region", "eu-west-1.example.com/", 1],
    ["the server there names another one again", "ap-south-1", 2],
  ];
  for (const [title, region, requests] of ends) {
    it(`is an error where ${title}`, async () => {
      let asked = 0;
      const { bucket } = open(() => {
        asked++;
        return { status: 301, headers: region ? { "x-amz-bucket-region": region } : {} };
      }, "");
      await assert.rejects(bucket.send({ method: "HEAD", key: "" }), ServiceError);
      assert.equal(asked, requests);
    });
  }

  it("stays where another error names a region", async () => {
    const { bucket, found } = open(() => ({ status: 403, headers: { "x-amz-bucket-region": "eu-west-1" } }), "");
    await assert.rejects(bucket.send({ method: "HEAD", key: "" }), { awsCode: "AccessDenied" });
    assert.deepEqual(found, []);
  });
});

/** @param here the host that has the bucket; all others answer as `answer` says. */
function open(answer: Elsewhere, here = HERE) {
  const hosts: string[] = [];
  const found: string[] = [];
  const transport: Transport = {
    async exchange(request) {
      const signedFor = /Credential=a\/\d+\/([^/]+)\/s3/.exec(request.headers.authorization ?? "")?.[1];
      hosts.push(`${request.headers.host} ${signedFor}`);
      assert.equal(request.hostname, request.headers.host);
      await sleep(1);
      if (request.hostname === here) return { status: 200, headers: {}, body: Buffer.alloc(0) };
      const { body = "", ...head } = answer(request);
      return { ...head, body: Buffer.from(body) };
    },
    close: () => undefined,
  };
  const bucket = openBucket({
    name: "bucket",
    store: { region: "us-east-1", addressingStyle: "auto" },
    credentials: () => credentials,
    transport,
    userAgent: "test",
    onRegionFound: (region) => found.push(region),
  });
  return { bucket, hosts, found };
}
