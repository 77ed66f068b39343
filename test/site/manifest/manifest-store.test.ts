import assert from "node:assert/strict";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import type { S3Request } from "../../../src/s3/bucket.ts";
import type { Manifest, ManifestEntry } from "../../../src/site/manifest/manifest.ts";
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

  describe("that would become too large to be read again", () => {
    const { signal } = new AbortController();
    /** A store for manifests of at most 4 KiB, which is some 24 entries. */
    const storeIn = (bucket: MemoryBucket) =>
      new ManifestStore({ bucket, key: "manifest", encryption: undefined, signal, maxBytes: 4096 });

    it("is refused, and the one before it stays", async () => {
      const bucket = new MemoryBucket();
      const store = storeIn(bucket);
      await store.write(manifestOf(10));
      await assert.rejects(store.write(manifestOf(40)), {
        name: "StepError",
        code: "manifest-too-large",
        message:
          /^The manifest s3:\/\/memory\/manifest, .* too large: with 40 files it .* Publish fewer files .* keepRemovedDays/,
      });
      assert.equal((await storeIn(bucket).read())?.entries.size, 10);
    });

    it("leaves room for a publish of fewer files, whose entries are longer until the files are deleted", async () => {
      const bucket = new MemoryBucket();
      const most = await largestOf(bucket, storeIn);
      const store = storeIn(bucket);
      await store.read();
      await store.write(manifestOf(most, { pending: { isLeaving: true } }));
      await store.write(manifestOf(1));
      assert.equal((await storeIn(bucket).read())?.entries.size, 1);
    });

    it("is refused without more files too, where the room is not enough", async () => {
      const bucket = new MemoryBucket();
      const store = storeIn(bucket);
      await store.write(manifestOf(1));
      const headers = { "content-type": "x".repeat(4096) };
      await assert.rejects(store.write(manifestOf(1, { headers })), { code: "manifest-too-large" });
    });
  });
});

function manifestOf(filesCount: number, more: Partial<ManifestEntry> = {}): Manifest {
  const entry = { sizeBytes: 1, etag: "0".repeat(32), sha256: "0".repeat(64), headers: {}, ...more };
  const names = Array.from({ length: filesCount }, (_, index) => `${index}.html`);
  return { run: { id: "1", name: "run 1" }, writtenMs: 0, entries: new Map(names.map((name) => [name, entry])) };
}

/** How many files a site can have, when one is added after the other. */
async function largestOf(bucket: MemoryBucket, storeIn: (bucket: MemoryBucket) => ManifestStore): Promise<number> {
  const store = storeIn(bucket);
  let count = 0;
  const refusal = async () => {
    while (count < 100) {
      await store.write(manifestOf(count + 1));
      count++;
    }
  };
  await assert.rejects(refusal, { code: "manifest-too-large" });
  return count;
}
