import assert from "node:assert/strict";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import { CodedError } from "../../src/errors/coded-error.ts";
import type { Action } from "../../src/sync/plan/plan.ts";
import { makeReport, type Outcome } from "../../src/sync/report.ts";

const PAGE = { path: "index.html", relativeKey: "index.html", sizeBytes: 4, reason: "new" };
const UPLOAD: Action = { ...PAGE, kind: "put", replaces: false };
const DELETION: Action = { ...PAGE, kind: "delete" };
const FOLDER: Action = { ...PAGE, kind: "folder", sizeBytes: 0 };

const DENIED = new ServiceError({ status: 403, awsCode: "AccessDenied", serverMessage: "Access Denied" });
const allow = (actions: string, resource: string) =>
  `Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action ${actions} on arn:aws:s3:::b/site/${resource}, in its own policy and in the policy of the bucket.`;
const LOST = new CodedError("release-incomplete", "the bucket has no copy of it");

function messagesOf(action: Action, error: unknown, outcome: Partial<Outcome> = {}): string[] {
  const { errors } = makeReport({
    bucket: "b",
    target: "s3://b/site/",
    planned: [action],
    done: [],
    failures: [{ action, error }],
    bytesTransferred: 0,
    stoppedEarly: false,
    keyOf: ({ relativeKey }) => `site/${relativeKey}`,
    ...outcome,
  });
  return errors.map(({ message }) => message);
}

describe("the report of a transfer", () => {
  it("says of an object of a rollback that it was not restored, and asks for the two permissions of a copy", () => {
    const both = allow("s3:GetObject and s3:PutObject", "index.html");
    const isRollback = true;
    assert.deepEqual(messagesOf(UPLOAD, DENIED, { isRollback }), [
      `Rollback of s3://b/site/ failed: ${both} 1 of 1 files are not restored.`,
    ]);
    assert.deepEqual(messagesOf(UPLOAD, DENIED, { isRollback, planned: [UPLOAD, DELETION], done: [DELETION] }), [
      `index.html was not restored: ${both}`,
    ]);
    assert.deepEqual(messagesOf(UPLOAD, LOST, { isRollback }), [
      "index.html was not restored: the bucket has no copy of it.",
    ]);
  });

  it("names what failed as a whole: an upload, or deletions", () => {
    const failed = (action: Action) => messagesOf(action, DENIED);
    assert.deepEqual(failed(UPLOAD), [
      `Upload to s3://b/site/ failed: ${allow("s3:PutObject", "index.html")} 1 of 1 files are not uploaded.`,
    ]);
    assert.deepEqual(failed(DELETION), [
      `Deleting in s3://b/site/ failed: ${allow("s3:DeleteObject", "index.html")} 1 of 1 files are not deleted.`,
    ]);
  });

  it("counts the files that are not uploaded, and not what would have been deleted after them", () => {
    const others: Action[] = ["a", "b"].map((name) => ({ ...DELETION, path: name, relativeKey: name }));
    assert.deepEqual(messagesOf(UPLOAD, DENIED, { planned: [UPLOAD, ...others, { ...PAGE, kind: "skip" }] }), [
      `Upload to s3://b/site/ failed: ${allow("s3:PutObject", "index.html")} 1 of 1 files are not uploaded.`,
    ]);
  });

  it("says of a folder that it was not created", () => {
    const error = Object.assign(new Error("EROFS: read-only file system, mkdir 'out/index.html'"), { code: "EROFS" });
    assert.deepEqual(messagesOf(FOLDER, error), [
      "index.html was not created: EROFS: read-only file system, mkdir 'out/index.html'. Check that the agent's user has access there.",
    ]);
  });
});
