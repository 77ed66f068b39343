import assert from "node:assert/strict";
import type { Bucket } from "../../../src/s3/bucket.ts";
import type { UploadOptions } from "../../../src/sync/options.ts";
import type { DeleteAction } from "../../../src/sync/plan/plan.ts";
import { applyUpload, type UploadTools } from "../../../src/sync/upload/upload.ts";
import { answeringBucket } from "../../s3/open-target.ts";

/** More than a call of a function takes arguments. */
const MANY = 150_000;

const deletionOf = (path: string): DeleteAction => ({
  kind: "delete",
  path,
  relativeKey: path,
  sizeBytes: 0,
  reason: "not in the folder",
});

function deleteFrom(bucket: Bucket, names: readonly string[], onDone: (path: string) => void = () => undefined) {
  const options = { source: import.meta.dirname, prefix: "", access: {}, settings: {} } as unknown as UploadOptions;
  const tools = {
    bucket,
    observer: { moved: () => undefined, actionDone: ({ path }: DeleteAction) => onDone(path) },
    signal: new AbortController().signal,
  } as unknown as UploadTools;
  return applyUpload({ actions: names.map(deletionOf), problems: [], filesFound: 0 }, options, tools);
}

describe("an upload", () => {
  it("deletes any number of objects, and reports all of them", async () => {
    const names = Array.from({ length: MANY }, (_, index) => `${index}`);
    const { bucket, requests } = answeringBucket("<DeleteResult/>");
    const { counts, errors } = await deleteFrom(bucket, names);
    assert.deepEqual([counts.filesDeleted, errors, requests.length], [MANY, [], 150]);
  });

  const busy = "<DeleteResult><Error><Key>b</Key><Code>SlowDown</Code></Error></DeleteResult>";
  for (const [title, answer, names] of [
    ["the next round for the same keys", busy, ["a", "b", "c"]],
    ["a request for a key that XML cannot hold", "<DeleteResult/>", ["a", "c", "odd\u0001"]],
  ] as const) {
    it(`reports what it has deleted, if there is no answer to ${title}`, async () => {
      const { bucket } = answeringBucket(answer, new Error("no answer"));
      const done: string[] = [];
      const { counts, errors } = await deleteFrom(bucket, names, (path) => void done.push(path));
      assert.deepEqual([counts.filesDeleted, errors.length, done], [2, 1, ["a", "c"]]);
    });
  }
});
