import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { NOT_S3, ServiceError } from "../../src/aws/errors/errors.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import { getObjectTags, putObjectTags, taggingHeader } from "../../src/s3/object-tags.ts";
import { answeringBucket, targetSuite } from "./open-target.ts";

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
    for (const xml of ["<html></html>", "<Tagging><TagSet><Tag><Value>1</Value></Tag></TagSet></Tagging>"]) {
      await assert.rejects(
        getObjectTags(answeringBucket(xml).bucket, "key"),
        (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
      );
    }
  });
});
