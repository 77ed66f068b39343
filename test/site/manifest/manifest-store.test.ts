import assert from "node:assert/strict";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import type { S3Request } from "../../../src/s3/bucket.ts";
import { ManifestStore } from "../../../src/site/manifest/manifest-store.ts";
import { MemoryBucket } from "../memory-bucket.ts";

/** A bucket whose requests have been tried as often as they are: each write meets another. */
class BusyBucket extends MemoryBucket {
  writesCount = 0;

  override async send(next: S3Request | (() => S3Request)) {
    const request = typeof next === "function" ? next() : next;
    if (request.method !== "PUT") return super.send(request);
    this.writesCount++;
    const serverMessage = "Conflicting writes";
    throw new ServiceError({ status: 409, awsCode: "ConditionalRequestConflict", serverMessage });
  }
}

describe("the manifest in the bucket", () => {
  it("is written once where conditional writes conflict: the requests are tried again by the bucket alone", async () => {
    const bucket = new BusyBucket();
    const { signal } = new AbortController();
    const store = new ManifestStore({ bucket, key: "manifest", encryption: undefined, signal });
    await assert.rejects(store.write({ run: { id: "1", name: "run 1" }, writtenMs: 0, entries: new Map() }), {
      name: "StepError",
      message: "Writing the manifest s3://memory/manifest failed: Conflicting writes (409 ConditionalRequestConflict).",
    });
    assert.equal(bucket.writesCount, 1);
  });
});
