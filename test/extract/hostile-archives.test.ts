import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ArchiveError } from "../../src/extract/archive-error.ts";
import { checkArchive } from "../../src/extract/read-archive.ts";
import { randomFrom } from "../random.ts";
import { buildZip } from "./build-zip.ts";
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

  it("reads many large entries, and adds no listener for each", async () => {
    const content = randomFrom(1).bytes(600 * 1024);
    const names = Array.from({ length: 15 }, (_, index) => `${index}`);
    const bytes = buildZip(names.map((name, index) => ({ name, content, isStored: index % 2 === 0 })));
    const path = join(folder, "archive");
    writeFileSync(path, bytes);
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => warnings.push(name);
    process.on("warning", onWarning);
    try {
      const signal = new AbortController().signal;
      const { files } = await checkArchive(
        { path, format: "zip", sizeBytes: bytes.length },
        linux,
        { maxBytes: 1e9 },
        signal,
      );
      assert.equal(files.length, names.length);
      await setImmediate();
    } finally {
      process.off("warning", onWarning);
    }
    assert.deepEqual(warnings, []);
  });

  it("shows no more than a part of a long name", async () => {
    const bytes = buildZip([{ name: `../${"a".repeat(20_000)}`, content: "x" }]);
    const path = join(folder, "archive");
    writeFileSync(path, bytes);
    const signal = new AbortController().signal;
    await assert.rejects(
      checkArchive({ path, format: "zip", sizeBytes: bytes.length }, linux, { maxBytes: 1e9 }, signal),
      ({ message }: Error) => message.length < 1_300,
    );
  });
});
