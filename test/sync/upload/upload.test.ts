import assert from "node:assert/strict";
import type { UploadOptions } from "../../../src/sync/options.ts";
import type { DeleteAction } from "../../../src/sync/plan/plan.ts";
import { applyUpload, type UploadTools } from "../../../src/sync/upload/upload.ts";
import { answeringBucket } from "../../s3/open-target.ts";

/** More than a call of a function takes arguments. */
const MANY = 150_000;

describe("an upload", () => {
  it("deletes any number of objects, and reports all of them", async () => {
    const deletions = Array.from(
      { length: MANY },
      (_, index): DeleteAction => ({
        kind: "delete",
        path: `${index}`,
        relativeKey: `${index}`,
        sizeBytes: 0,
        reason: "not in the folder",
      }),
    );
    const { bucket, requests } = answeringBucket("<DeleteResult/>");
    const options = { source: import.meta.dirname, prefix: "", access: {}, settings: {} } as unknown as UploadOptions;
    const tools = {
      bucket,
      observer: { moved: () => undefined, actionDone: () => undefined },
      signal: new AbortController().signal,
    } as unknown as UploadTools;
    const { counts, errors } = await applyUpload({ actions: deletions, problems: [], filesFound: 0 }, options, tools);
    assert.deepEqual([counts.filesDeleted, errors, requests.length], [MANY, [], 150]);
  });
});
