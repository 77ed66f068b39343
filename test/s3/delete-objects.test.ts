import assert from "node:assert/strict";
import { NOT_S3, ServiceError } from "../../src/aws/errors/errors.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import { deleteObjects } from "../../src/s3/delete-objects.ts";
import { listObjects } from "../../src/s3/listing/list-objects.ts";
import { answeringBucket, targetSuite } from "./open-target.ts";

const signal = new AbortController().signal;

describe("deleting objects", () => {
  const suite = targetSuite();

  async function keysOf(bucket: Bucket): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of listObjects(bucket, "", signal)) keys.push(key);
    return keys;
  }

  it("deletes those that are named, whatever their names, and no others", async () => {
    const keys = ["a b", "a&amp;<>'\"", "a\tb\nc\rd", "a%20+b", "日本/😀"];
    const bucket = await suite.newBucketWith([...keys, "a", "stays"]);
    assert.deepEqual(await deleteObjects(bucket, [...keys, "never there"], { signal }), []);
    assert.deepEqual(await keysOf(bucket), ["a", "stays"]);
  });

  it("deletes keys that XML cannot hold", async () => {
    const bucket = await suite.newBucketWith(["a\u0001b", "a\u001fb", "ab"]);
    assert.deepEqual(await deleteObjects(bucket, ["a\u0001b", "a\u001fb"], { signal }), []);
    assert.deepEqual(await keysOf(bucket), ["ab"]);
  });

  it("deletes a thousand at once", async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `k${index}`);
    const bucket = await suite.newBucketWith(keys);
    assert.deepEqual(await deleteObjects(bucket, keys, { signal }), []);
    assert.deepEqual(await keysOf(bucket), []);
  });

  it("fails where the whole request does", async () => {
    const bucket = suite.open("there-is-no-such-bucket");
    await assert.rejects(
      deleteObjects(bucket, ["a"], { signal }),
      (error) => error instanceof ServiceError && error.awsCode === "NoSuchBucket",
    );
  });
});

describe("the answer to a deletion", () => {
  const answer = (...errors: [key: string, code: string][]) =>
    `<DeleteResult>${errors
      .map(([key, code]) => `<Error><Key>${key}</Key><Code>${code}</Code><Message>It is so.</Message></Error>`)
      .join("")}</DeleteResult>`;

  it("names what is still there, and why", async () => {
    const { bucket } = answeringBucket(answer(["a&amp;b", "AccessDenied"], ["c", "NoSuchKey"]));
    const failures = await deleteObjects(bucket, ["a&b", "c", "d"], { signal });
    assert.deepEqual(
      failures.map(({ key, error }) => [key, error.message]),
      [["a&b", "It is so (403 AccessDenied)"]],
    );
  });

  it("may ask for another try of some keys", async () => {
    const { bucket, requests } = answeringBucket(answer(["a", "SlowDown"], ["b", "InternalError"]), answer());
    assert.deepEqual(await deleteObjects(bucket, ["a", "b", "c"], { signal }), []);
    const second = Buffer.concat([...((requests[1]?.body?.chunks() ?? []) as Iterable<Buffer>)]).toString();
    assert.deepEqual(second.match(/<Key>.<\/Key>/g), ["<Key>a</Key>", "<Key>b</Key>"]);
    assert.equal(requests.length, 2);
  });

  it("is believed in the end", async function () {
    this.timeout(60_000);
    const { bucket, requests } = answeringBucket(answer(["a", "InternalError"]));
    const failures = await deleteObjects(bucket, ["a"], { signal });
    assert.deepEqual(
      failures.map(({ key, error }) => [key, error.awsCode]),
      [["a", "InternalError"]],
    );
    assert.equal(requests.length, 5);
  });

  it("may have a code that JavaScript's objects have", async () => {
    const { bucket } = answeringBucket(answer(["a", "constructor"]));
    const failures = await deleteObjects(bucket, ["a"], { signal });
    assert.deepEqual(
      failures.map(({ error }) => [error.awsCode, error.details.status]),
      [["constructor", 400]],
    );
  });

  it("is refused where S3 does not give it", async () => {
    const { bucket } = answeringBucket("<html></html>");
    await assert.rejects(
      deleteObjects(bucket, ["a"], { signal }),
      (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
    );
  });

  it("is not waited for where there is nothing to delete", async () => {
    const { bucket, requests } = answeringBucket("");
    assert.deepEqual(await deleteObjects(bucket, [], { signal }), []);
    assert.equal(requests.length, 0);
  });
});
