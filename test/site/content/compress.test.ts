import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { FileChangedError } from "../../../src/files/file-range.ts";
import { compressFile, type Encoding, isWorthCompressing } from "../../../src/site/content/compress.ts";
import { amount } from "../../amounts.ts";
import { randomFrom } from "../../random.ts";

const decompress: Readonly<Record<Encoding, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes),
  brotli: (bytes) => brotliDecompressSync(bytes),
};

describe("a file is worth compressing", () => {
  const cases: [contentType: string, sizeBytes: number, expected: boolean][] = [
    ["text/css; charset=utf-8", 1025, true],
    ["text/css; charset=utf-8", 1024, false],
    ["image/png", 100_000, false],
  ];
  for (const [contentType, sizeBytes, expected] of cases) {
    it(`${expected ? "with" : "not with"} ${sizeBytes} bytes of ${contentType}`, () =>
      assert.equal(isWorthCompressing(contentType, sizeBytes), expected));
  }
});

describe("a compressed file", () => {
  let folder: string;
  let target: string;
  const signal = new AbortController().signal;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "compress-"));
    target = join(folder, "target");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const encoding of ["gzip", "brotli"] as const) {
    describe(`with ${encoding}`, () => {
      for (const sizeBytes of [100, 5000, 300_000, amount(4, 1) * 1024 ** 2 + 1]) {
        it(`holds the content of ${sizeBytes} bytes in fewer`, async () => {
          const content = text(sizeBytes);
          const writtenBytes = await compressFile(write("page.html", content), encoding, target, signal);
          const stored = readFileSync(target);
          assert.equal(stored.length, writtenBytes);
          assert.ok(stored.length < sizeBytes);
          assert.ok(decompress[encoding](stored).equals(content));
        });
      }

      it("is not left where it would not be smaller", async () => {
        const sources = [
          write("random", randomFrom(1).bytes(300_000)),
          write("tiny", Buffer.from("a")),
          write("empty", Buffer.alloc(0)),
        ];
        for (const source of sources) assert.equal(await compressFile(source, encoding, target, signal), undefined);
        assert.deepEqual(readdirSync(folder), ["empty", "random", "tiny"]);
      });

      it("has the same bytes each time, whatever else is compressed at once", async () => {
        const sources = Array.from({ length: 8 }, (_, index) => write(`${index}`, text(200_000)));
        await Promise.all(sources.map((source) => compressFile(source, encoding, `${source.path}.z`, signal)));
        const [first, ...others] = sources.map(({ path }) => readFileSync(`${path}.z`));
        assert.ok(others.every((other) => other.equals(first as Buffer)));
      });

      it("is not made of a file that is longer or shorter than expected", async () => {
        const source = write("page.html", text(300_000));
        for (const sizeBytes of [299_999, 300_001]) {
          await assert.rejects(compressFile({ ...source, sizeBytes }, encoding, target, signal), FileChangedError);
        }
        appendFileSync(source.path, "more");
        await assert.rejects(compressFile(source, encoding, target, signal), FileChangedError);
        assert.deepEqual(readdirSync(folder), ["page.html"]);
      });

      it("is not left where the source is missing or the target's folder is", async () => {
        const source = write("page.html", text(5000));
        const missing = { path: join(folder, "missing"), sizeBytes: 5000 };
        await assert.rejects(compressFile(missing, encoding, target, signal), { code: "ENOENT" });
        const nowhere = join(folder, "nowhere", "target");
        await assert.rejects(compressFile(source, encoding, nowhere, signal), { code: "ENOENT" });
        assert.deepEqual(readdirSync(folder), ["page.html"]);
      });

      it("is not left where the step is cancelled, which takes no more files", async () => {
        const reason = new Error("cancelled");
        const controller = new AbortController();
        const sources = Array.from({ length: 20 }, (_, index) => write(`${index}`, text(3_000_000)));
        const underWay = sources.map((source) =>
          assert.rejects(compressFile(source, encoding, `${source.path}.z`, controller.signal), reason),
        );
        while (!existsSync(`${sources[0]?.path}.z`)) await new Promise((resolve) => setTimeout(resolve, 1));
        controller.abort(reason);
        await Promise.all(underWay);
        assert.equal(readdirSync(folder).length, sources.length);
      });
    });
  }

  it("tells no time and no operating system in its gzip header", async () => {
    await compressFile(write("page.html", text(5000)), "gzip", target, signal);
    assert.equal(readFileSync(target).subarray(0, 10).toString("hex"), "1f8b08000000000002ff");
  });

  it("is one of no more at once than there are cores", async () => {
    const sources = Array.from({ length: 12 }, (_, index) => write(`${index}`, text(1_000_000)));
    let most = 0;
    let doneCount = 0;
    const count = setInterval(() => {
      const begunCount = readdirSync(folder).filter((name) => name.endsWith(".z")).length;
      most = Math.max(most, begunCount - doneCount);
    }, 1);
    const compressed = sources.map(async (source) => {
      await compressFile(source, "gzip", `${source.path}.z`, signal);
      doneCount++;
    });
    await Promise.all(compressed);
    clearInterval(count);
    assert.ok(most >= 1 && most <= availableParallelism(), `${most} at once`);
  });

  function write(name: string, content: Buffer): { path: string; sizeBytes: number } {
    const path = join(folder, name);
    writeFileSync(path, content);
    return { path, sizeBytes: content.length };
  }
});

/** Words that come again and again, as in text. */
function text(sizeBytes: number): Buffer {
  const random = randomFrom(3);
  const words = Array.from({ length: 400 }, () => random.bytes(4).toString("hex"));
  const passage = Array.from({ length: 10_000 }, () => random.pick(words)).join(" ");
  return Buffer.alloc(sizeBytes, passage);
}
