import assert from "node:assert/strict";
import {
  type Persona,
  refusesChecksums,
  refusesChecksumsByName,
  refusesChecksumTypes,
  refusesWholeChecksums,
} from "../../local/s3/persona.ts";
import { randomFrom } from "../random.ts";
import { assertDone, assertFailed, outcomeOf, uploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;

const WITHOUT =
  "This store does not accept checksums. Objects are sent without them, and the store verifies their MD5. To avoid this attempt, set checksumAlgorithm to none.";
const PARTS_ONLY =
  "This store does not accept checksums of whole objects that are sent in parts. Their parts still have checksums. To avoid this attempt, set checksumAlgorithm to SHA256.";

interface Store {
  readonly title: string;
  readonly persona: Persona;
  /** What the step says once. */
  readonly line: string;
  /** Whether the checksums of objects in one piece and of parts are kept. */
  readonly keepsChecksums: boolean;
}

const stores: readonly Store[] = [
  { title: "implements no checksums", persona: refusesChecksums, line: WITHOUT, keepsChecksums: false },
  { title: "refuses checksums by name", persona: refusesChecksumsByName, line: WITHOUT, keepsChecksums: false },
  { title: "refuses types of checksums", persona: refusesChecksumTypes, line: PARTS_ONLY, keepsChecksums: true },
  { title: "refuses checksums of the whole", persona: refusesWholeChecksums, line: PARTS_ONLY, keepsChecksums: true },
];

for (const { title, persona, line, keepsChecksums } of stores) {
  describe(`AwsS3Upload, in a store that ${title}`, () => {
    const bench = uploadBench("embedded", { persona });
    const files = {
      "a/large.bin": Buffer.alloc(6 * MIB + 3, randomFrom(5).bytes(70_001)),
      "b/large.bin": Buffer.alloc(5 * MIB + 1, randomFrom(6).bytes(70_001)),
      "empty.bin": Buffer.alloc(0),
      "small.bin": randomFrom(4).bytes(300_001),
    };
    const bytes = Object.values(files).reduce((sum, content) => sum + content.length, 0);
    const contents = Object.fromEntries(Object.entries(files).map(([key, value]) => [key, value.toString("latin1")]));
    const upload = (inputs: Record<string, string> = {}) => bench.upload({ partSizeMB: "5", ...inputs });
    const linesOf = (log: readonly string[]) => log.filter((text) => text.includes("This store "));

    it("stores all objects, says what it gave up once, and finds them unchanged", async () => {
      bench.source.write(files);
      const result = await upload();
      assertDone(result, { uploaded: 4, bytes });
      assert.equal(linesOf(result.log).length, 1, result.log.join("\n"));
      assert.ok(linesOf(result.log)[0]?.endsWith(line), result.log.join("\n"));
      assert.deepEqual(await bench.contents(), contents);
      assertDone(await upload(), { unchanged: 4 });
    });

    it("has the store verify each body by its checksum or its MD5", async () => {
      bench.source.write(files);
      await upload();
      const bodies = bench.requests.filter(
        ({ operation, status }) => status === 200 && ["PutObject", "UploadPart"].includes(operation),
      );
      const verifiedBy = bodies.map(({ headers }) =>
        Object.keys(headers).filter((name) => /^(content-md5|x-amz-checksum-.*)$/.test(name)),
      );
      assert.equal(bodies.length, 6);
      assert.deepEqual(
        verifiedBy,
        bodies.map(() => [keepsChecksums ? "x-amz-checksum-crc32" : "content-md5"]),
      );
    });

    it("does not try again what was refused", async () => {
      await bench.put("gone.txt", { Body: "x" });
      bench.source.write({
        "a.txt": "a",
        "b.txt": "b",
        "c/1.bin": files["b/large.bin"],
        "c/2.bin": files["b/large.bin"],
      });
      assertDone(await upload({ concurrency: "1", deleteExtra: "true", maxDelete: "100%" }), {
        uploaded: 4,
        deleted: 1,
        bytes: 10 * MIB + 4,
      });
      const refused = bench.requests.filter(({ status }) => status >= 400);
      assert.deepEqual(refused.length, 1, JSON.stringify(refused.map(({ operation }) => operation)));
    });

    it("sends no checksum if checksumAlgorithm is none, and has nothing to say", async () => {
      bench.source.write(files);
      const result = await upload({ checksumAlgorithm: "none" });
      assertDone(result, { uploaded: 4, bytes });
      assert.deepEqual(linesOf(result.log), []);
      assert.deepEqual(await bench.contents(), contents);
    });

    it("changes headers of existing objects", async () => {
      bench.source.write({ "small.bin": files["small.bin"] });
      await upload();
      assertDone(await upload({ cacheControl: "**=no-cache" }), { updated: 1 });
    });

    it("takes a checksum that the input names, or ends with the name of the input", async () => {
      bench.source.write(files);
      for (const checksumAlgorithm of ["CRC32", "SHA256"]) {
        const result = await upload({ checksumAlgorithm });
        if (keepsChecksums) {
          // Of the whole only CRC32 would be sent; what is given up then is still a CRC32 of each part.
          assert.deepEqual(linesOf(result.log).length, checksumAlgorithm === "CRC32" ? 1 : 0);
          assert.equal(result.result, "Succeeded");
          assert.deepEqual(await bench.contents(), contents);
          continue;
        }
        const { errors = [], ...rest } = outcomeOf(result);
        assert.deepEqual(rest, { result: "Failed" });
        const [before, after] = (errors[0] ?? "").split(
          / [A-Z][^:]* \((?:501 NotImplemented|400 InvalidArgument)\)\. /,
        );
        assert.equal(
          before,
          `Upload to s3://${bench.bucket}/ failed: checksumAlgorithm: the store refused the checksum ${checksumAlgorithm}:`,
        );
        assert.equal(
          after,
          "Set checksumAlgorithm to auto, which sends no checksum if the store refuses it, or to none. 4 of 4 files are not uploaded. [checksum-not-supported]",
        );
        assert.deepEqual(await bench.contents(), {});
      }
    });
  });
}

describe("AwsS3Upload, a refusal that is not about checksums", () => {
  const bench = uploadBench("embedded");

  it("is shown as it is, and no checksum is given up for it", async () => {
    bench.source.write({ "a.txt": "a" });
    const refused = { kind: "status", status: 501, code: "NotImplemented", message: "No such header" } as const;
    const result = await bench.during({ operation: "PutObject" }, refused, () => bench.upload());
    assertFailed(result, [
      `Upload to s3://${bench.bucket}/ failed: No such header (501 NotImplemented). This server does not support something in the request that Amazon S3 supports. 1 of 1 files are not uploaded. [request-invalid]`,
    ]);
    assert.deepEqual(
      result.log.filter((text) => text.includes("This store does not accept")),
      [],
    );
  });

  for (const [title, message, inputs, said] of [
    [
      "names another header",
      "Header 'x-amz-acl' is not implemented",
      {},
      "Header 'x-amz-acl' is not implemented (501 NotImplemented). This server does not support something in the request that Amazon S3 supports. 1 of 1 files are not uploaded. [request-invalid]",
    ],
    [
      "names no header, with others in the request",
      "No such header",
      { filesAcl: "private" },
      "filesAcl, checksumAlgorithm: the store refused an object with this setting: No such header (501 NotImplemented). Remove the settings that this store does not support. 1 of 1 files are not uploaded. [object-setting-not-supported]",
    ],
  ] as const) {
    it(`does not blame checksumAlgorithm alone if it ${title}`, async () => {
      bench.source.write({ "a.txt": "a" });
      const refused = { kind: "status", status: 501, code: "NotImplemented", message } as const;
      const step = () => bench.upload({ checksumAlgorithm: "SHA256", ...inputs });
      assertFailed(await bench.during({ operation: "PutObject" }, refused, step), [
        `Upload to s3://${bench.bucket}/ failed: ${said}`,
      ]);
      assert.equal(bench.requests.filter(({ operation }) => operation === "PutObject").length, 1);
    });
  }

  it("of the bytes that arrived does not make the step send them without a checksum", async () => {
    bench.source.write({ "a.txt": "a" });
    const refused = { kind: "status", status: 400, code: "BadDigest", message: "The checksum did not match" } as const;
    const result = await bench.during({ operation: "PutObject" }, refused, () => bench.upload());
    assertFailed(result, [
      "a.txt was not uploaded: the store received other bytes than were sent: The checksum did not match (400 BadDigest). This happened twice, and the file did not change. Find what changes the bytes on the way, and run the step again. [checksum-wrong]",
    ]);
    assert.ok(
      bench.requests.every(({ operation, headers }) => operation !== "PutObject" || headers["x-amz-checksum-crc32"]),
    );
  });
});
