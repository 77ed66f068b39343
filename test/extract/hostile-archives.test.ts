import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArchiveError } from "../../src/extract/archive-error.ts";
import { checkArchive } from "../../src/extract/read-archive.ts";
import { hostileArchives } from "./hostile-archives.ts";

describe("An archive is checked as a whole:", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hostile-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const linux = { platform: "linux", isCaseSensitive: true } as const;
  for (const { title, format, bytes, refusal, disk = linux, limits = { maxBytes: 1e9 } } of hostileArchives) {
    it(`${refusal ? "refuses" : "takes"} ${title}`, async () => {
      const path = join(folder, "archive");
      writeFileSync(path, bytes);
      const archive = { path, format, sizeBytes: bytes.length };
      const checking = checkArchive(archive, disk, limits, new AbortController().signal);
      const outcome = await checking.then(
        () => undefined,
        (error: unknown) => {
          assert.ok(error instanceof ArchiveError, String(error));
          return `${error.code}: ${error.message}`;
        },
      );
      assert.equal(outcome, refusal);
      assert.deepEqual(readdirSync(folder), ["archive"]);
    });
  }
});
