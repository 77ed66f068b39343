import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileDigester } from "../../../src/files/digest/file-digest.ts";
import type { Bucket } from "../../../src/s3/bucket.ts";
import { compare } from "../../../src/sync/plan/compare.ts";
import { answeringBucket } from "../../s3/open-target.ts";
import { TreeFolder } from "./random-tree.ts";

describe("comparing with an object of which no checksum is known", () => {
  const folder = new TreeFolder();
  const digester = new FileDigester();
  const absolutePath = join(folder.path, "a");
  const signal = new AbortController().signal;
  before(() => writeFileSync(absolutePath, "a"));
  after(async () => {
    folder.remove();
    await digester.close();
  });

  async function compareWith(bucket: Bucket, etag: string, source: "file" | "object" = "file") {
    const { mtimeMs: modifiedMs } = statSync(absolutePath);
    const context = { bucket, digester, compareBy: "checksum" as const, source, encryption: undefined, signal };
    const file = { absolutePath, sizeBytes: 1, modifiedMs };
    const object = { key: "a", sizeBytes: 1, etag, lastModifiedMs: 0, storageClass: "STANDARD" };
    const { isSame, reason } = await compare({ ...context, partSizeFor: () => 5 * 1024 ** 2 }, file, "a", object);
    return [isSame, reason] as const;
  }

  const headOf = (etag: string, secondsAfter: number) => {
    const lastModified = new Date(statSync(absolutePath).mtimeMs + secondsAfter * 1000).toUTCString();
    return answeringBucket({ headers: { "content-length": "1", etag, "last-modified": lastModified } });
  };
  const parts = `${"0a".repeat(16)}-3`;

  it("counts as changed on Amazon S3 if it is in one piece, since it gets a checksum then", async () => {
    const { bucket, givenUp } = headOf("opaque", 9);
    const outcome = await compareWith({ ...bucket, isAmazon: true }, "opaque");
    assert.deepEqual(outcome, [false, "cannot be compared: S3 has no checksum of it"]);
    assert.deepEqual(givenUp, []);
  });

  for (const [title, isAmazon, etag] of [
    ["of parts on Amazon S3", true, "opaque-3"],
    ["of parts whose sizes are not told", true, parts],
    ["in another store", false, "opaque"],
  ] as const) {
    it(`goes by size and time ${title}`, async () => {
      for (const [seconds, source, isSame, reason] of [
        [9, "file", true, "same size, not newer"],
        [-9, "file", false, "newer"],
        [9, "object", false, "newer"],
        [-9, "object", true, "same size, not newer"],
      ] as const) {
        const { bucket, givenUp } = headOf(etag, seconds);
        const outcome = await compareWith({ ...bucket, isAmazon }, etag, source);
        assert.deepEqual(outcome, [isSame, `${reason}; no checksum to compare`]);
        assert.deepEqual(givenUp, ["comparison"]);
      }
    });
  }
});
