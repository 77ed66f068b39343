import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { NOT_S3, ServiceError, UnsupportedInputError } from "../../src/aws/errors/errors.ts";
import type { HttpResponse } from "../../src/http/messages.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import { getObjectTags, putObjectTags, taggingHeader } from "../../src/s3/object-tags.ts";
import { answeringBucket, targetSuite } from "./open-target.ts";

type Answer = string | Partial<HttpResponse> | Error;

describe("an object's tags", () => {
  const suite = targetSuite();
  let bucket: Bucket;
  before(async () => {
    bucket = await suite.newBucket();
  });

  const put = (Key: string, Tagging?: string) =>
    suite.target
      .client()
      .send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: "x", ...(Tagging && { Tagging }) }));

  it("are none where none were given", async () => {
    await put("none");
    assert.deepEqual(await getObjectTags(bucket, "none"), new Map());
  });

  it("are those given in a header", async () => {
    const tags = new Map([
      ["build", "17"],
      ["owner of it", "a+b=c / d:e@f_g"],
      ["empty", ""],
    ]);
    await put("header", taggingHeader(tags));
    assert.deepEqual(await getObjectTags(bucket, "header"), tags);
  });

  it("are not set by what answers with a page for people", async function () {
    const { server } = suite.target;
    if (!server) return this.skip();
    await put("page");
    const page = "<html><body>Sign in</body></html>";
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n`;
    const rewrite = () => ({ bytes: Buffer.from(head + page), connection: "stay" }) as const;
    const match = { operation: "PutObjectTagging", key: "page" };
    server.addFault({ match, times: 1, action: { kind: "rewrite", work: "forgotten", rewrite } });
    await assert.rejects(
      putObjectTags(bucket, "page", new Map([["a", "1"]])),
      (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
    );
  });

  it("are replaced as a whole", async () => {
    await put("replaced", "a=1&b=2");
    const tags = new Map([
      ["b", "3"],
      ["c d", "ä+="],
    ]);
    await putObjectTags(bucket, "replaced", tags);
    assert.deepEqual(await getObjectTags(bucket, "replaced"), tags);
    await putObjectTags(bucket, "replaced", new Map());
    assert.deepEqual(await getObjectTags(bucket, "replaced"), new Map());
  });

  it("of no object are an error", async () => {
    await assert.rejects(
      getObjectTags(bucket, "nothing"),
      (error) => error instanceof ServiceError && error.awsCode === "NoSuchKey",
    );
  });

  it("must be those that S3 gives", async () => {
    const nameless = "<Tagging><TagSet><Tag><Value>1</Value></Tag></TagSet></Tagging>";
    await assert.rejects(
      getObjectTags(answeringBucket(nameless).bucket, "key"),
      (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
    );
  });

  const none = "<Tagging><TagSet></TagSet></Tagging>";
  const anObject = { etag: '"abc"', "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT" };
  const answersWithoutTags: [title: string, answer: Answer][] = [
    ["a page", "<html></html>"],
    ["an object", { headers: anObject, body: Buffer.from("text") }],
    ["an empty object", { headers: anObject }],
    ["an object that looks like tags", { headers: anObject, body: Buffer.from(none) }],
    ["more than tags can be", { body: Buffer.alloc(10_000_000, none) }],
    ["501 NotImplemented", new ServiceError({ status: 501, awsCode: "NotImplemented", serverMessage: "no" })],
    ["405 MethodNotAllowed", new ServiceError({ status: 405, awsCode: "MethodNotAllowed", serverMessage: "no" })],
  ];
  for (const [title, answer] of answersWithoutTags) {
    it(`are not set in a store that answers with ${title}`, async () => {
      const { bucket: store, requests } = answeringBucket(answer);
      await assert.rejects(
        putObjectTags(store, "key", new Map([["a", "1"]])),
        (error) => error instanceof UnsupportedInputError && error.code === "tags-not-supported",
      );
      assert.deepEqual(
        requests.map(({ method }) => method),
        ["GET"],
      );
    });
  }

  const answersWithTags: [title: string, answer: Answer][] = [
    ["a list of none", none],
    ["nothing, as Ceph does of a copy", ""],
    ["404 NoSuchTagSet", new ServiceError({ status: 404, awsCode: "NoSuchTagSet", serverMessage: "none" })],
  ];
  for (const [title, answer] of answersWithTags) {
    it(`are set in a store that answers with ${title}, which is asked once`, async () => {
      const { bucket: store, requests } = answeringBucket(answer, "");
      await putObjectTags(store, "one", new Map([["a", "1"]]));
      await putObjectTags(store, "two", new Map([["a", "1"]]));
      assert.deepEqual(
        requests.map(({ method }) => method),
        ["GET", "PUT", "PUT"],
      );
    });
  }
});
