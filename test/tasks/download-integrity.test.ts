import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import {
  type CreateMultipartUploadCommandInput,
  HeadObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { cutInto, MIB, patternedBytes, putInParts } from "./stored-objects.ts";

const SMALL = 5_000;
const MEDIUM = MIB;
/** In two ranges of 16 MiB at most. */
const LARGE = 17 * MIB;
const customerKey = Buffer.alloc(32, "k");

/** An object as somebody may have stored it, and by what wrong bytes of it are known. */
interface Kind {
  readonly title: string;
  readonly sizeBytes: number;
  readonly put?: Omit<PutObjectCommandInput, "Bucket" | "Key">;
  readonly parts?: readonly number[];
  readonly create?: Omit<CreateMultipartUploadCommandInput, "Bucket" | "Key">;
  readonly inputs?: Record<string, string>;
  /** What the error says; undefined if nothing tells but the size. */
  readonly known: string | undefined;
}

const kms = { ServerSideEncryption: "aws:kms" } as const;
const ssec = { SSECustomerAlgorithm: "AES256", SSECustomerKey: customerKey.toString("base64") } as const;
const ssecInputs = { keyManagement: "customerManaged", customerKey: customerKey.toString("hex") };

const kinds: readonly Kind[] = [
  { title: "a small one with nothing but an MD5 for ETag", sizeBytes: SMALL, known: "MD5" },
  { title: "a medium one with nothing but an MD5 for ETag", sizeBytes: MEDIUM, known: "MD5" },
  { title: "a large one with nothing but an MD5 for ETag", sizeBytes: LARGE, known: "MD5" },
  { title: "a small one with a CRC32", sizeBytes: SMALL, put: { ChecksumAlgorithm: "CRC32" }, known: "CRC32" },
  { title: "a medium one with a CRC32C", sizeBytes: MEDIUM, put: { ChecksumAlgorithm: "CRC32C" }, known: "CRC32C" },
  { title: "a large one with a CRC32C", sizeBytes: LARGE, put: { ChecksumAlgorithm: "CRC32C" }, known: "CRC32C" },
  { title: "a small one with a SHA-256", sizeBytes: SMALL, put: { ChecksumAlgorithm: "SHA256" }, known: "SHA256" },
  { title: "a large one with a SHA-1", sizeBytes: LARGE, put: { ChecksumAlgorithm: "SHA1" }, known: "SHA1" },
  {
    title: "one in parts with a CRC64NVME of the whole",
    sizeBytes: LARGE,
    parts: [7 * MIB, 5 * MIB, 5 * MIB],
    create: { ChecksumAlgorithm: "CRC64NVME" },
    known: "CRC64NVME",
  },
  {
    title: "one in parts with a CRC32 of the whole",
    sizeBytes: LARGE,
    parts: [8 * MIB, 8 * MIB, MIB],
    create: { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" },
    known: "CRC32",
  },
  {
    title: "one in parts with a SHA-256 of theirs",
    sizeBytes: LARGE,
    parts: [8 * MIB, 8 * MIB, MIB],
    create: { ChecksumAlgorithm: "SHA256" },
    known: "SHA256",
  },
  {
    title: "one in parts with a CRC32C of theirs",
    sizeBytes: LARGE,
    parts: [8 * MIB, 8 * MIB, MIB],
    create: { ChecksumAlgorithm: "CRC32C", ChecksumType: "COMPOSITE" },
    known: "CRC32C",
  },
  { title: "one in parts with their MD5s", sizeBytes: LARGE, parts: [8 * MIB, 8 * MIB, MIB], known: "MD5" },
  { title: "one in parts of many sizes", sizeBytes: LARGE, parts: [5 * MIB, 9 * MIB, 3 * MIB], known: "MD5" },
  {
    title: "one in parts of sizes that seem to be one",
    sizeBytes: LARGE,
    parts: [6 * MIB, 5 * MIB, 6 * MIB],
    create: { ChecksumAlgorithm: "SHA256" },
    known: "SHA256",
  },
  { title: "one in a single small part", sizeBytes: SMALL, parts: [SMALL], known: "MD5" },
  {
    title: "one under a key of KMS, with a CRC32",
    sizeBytes: SMALL,
    put: { ...kms, ChecksumAlgorithm: "CRC32" },
    known: "CRC32",
  },
  { title: "one under a key of KMS, with nothing", sizeBytes: SMALL, put: kms, known: undefined },
  { title: "a large one under a key of KMS, with nothing", sizeBytes: LARGE, put: kms, known: undefined },
  {
    title: "one in parts under a key of KMS, with nothing",
    sizeBytes: LARGE,
    parts: [8 * MIB, 8 * MIB, MIB],
    create: kms,
    known: undefined,
  },
  {
    title: "one under a customer's key, with nothing",
    sizeBytes: SMALL,
    put: ssec,
    inputs: ssecInputs,
    known: undefined,
  },
  {
    title: "a large one under a customer's key, with a CRC32",
    sizeBytes: LARGE,
    put: { ...ssec, ChecksumAlgorithm: "CRC32" },
    inputs: ssecInputs,
    known: "CRC32",
  },
  {
    title: "one in parts under a customer's key",
    sizeBytes: LARGE,
    parts: [8 * MIB, 8 * MIB, MIB],
    create: { ...ssec, ChecksumAlgorithm: "CRC32C" },
    inputs: ssecInputs,
    known: "CRC32C",
  },
];

describe("AwsS3Download, given wrong bytes on the wire, finds out for", () => {
  const bench = downloadBench("embedded");
  const contents = new Map<number, Buffer>();

  for (const { title, sizeBytes, put, parts, create, inputs, known } of kinds) {
    it(known ? `${title}, by its ${known}` : `${title}, nothing: only the size tells`, async () => {
      const { target, bucket, landing } = bench;
      const bytes = contents.get(sizeBytes) ?? patternedBytes(sizeBytes);
      contents.set(sizeBytes, bytes);
      // Large ones are as good as small ones for what comes of the second time.
      const keys = sizeBytes < LARGE ? ["once.bin", "twice.bin"] : ["once.bin"];
      for (const key of keys) {
        if (parts) await putInParts(target, bucket, key, cutInto(bytes, parts), create);
        else await bench.put({ [key]: { ...put, Body: bytes } });
      }
      landing.write(Object.fromEntries(keys.map((key) => [key, "as it was"])));
      const corrupt = (key: string, times: number) =>
        bench.fault({ operation: "GetObject", key }, { kind: "corrupt", byteIndex: 4_321 }, { times });
      if (known) {
        corrupt("once.bin", 1);
        corrupt("twice.bin", 1_000);
      }
      // By threads, as objects are that are larger still; what wrong bytes come to without is in the suites of ranges.
      const env = sizeBytes < LARGE ? {} : { S3_TASKS_THREADS: "always" };
      const result = await bench.download(inputs, { env });

      const isRight = (key: string) => landing.bytesOf(key).equals(bytes);
      assert.deepEqual(readdirSync(landing.path).sort(), keys);
      assert.ok(isRight("once.bin"), "what is wrong once is fetched again");
      if (known && keys.includes("twice.bin")) {
        const advice = "Find what changes the bytes in the store or on the way";
        const error = `the received bytes do not have the ${known} that S3 has. This happened twice. ${advice}. The file in the target folder was not changed. [checksum-wrong]`;
        assertFailedWith(result, [`twice.bin was not downloaded: ${error}`], { updated: 1, bytes: sizeBytes });
        assert.equal(landing.bytesOf("twice.bin").toString(), "as it was");
        return;
      }
      assertDownloaded(result, { updated: keys.length, bytes: keys.length * sizeBytes });
      assert.ok(keys.every(isRight));
    });
  }
});

describe("AwsS3Download, given a short answer that nothing but the listing proves wrong", () => {
  const bench = downloadBench("embedded");

  /** What stands between sends a page of its own, with the headers of the object. */
  async function answerShort(key: string, sizeBytes: number, times: number): Promise<Buffer> {
    const bytes = patternedBytes(sizeBytes);
    await bench.put({ [key]: { ...kms, Body: bytes } });
    const { ETag = "" } = await bench.target.client().send(new HeadObjectCommand({ Bucket: bench.bucket, Key: key }));
    const headers = {
      etag: ETag,
      "last-modified": new Date().toUTCString(),
      "x-amz-server-side-encryption": "aws:kms",
    };
    bench.fault({ operation: "GetObject", key }, { kind: "status", status: 200, code: "Page", headers }, { times });
    return bytes;
  }

  for (const sizeBytes of [SMALL, MEDIUM]) {
    it(`fetches the object again, of ${sizeBytes} bytes`, async () => {
      const bytes = await answerShort("short.bin", sizeBytes, 1);
      assertDownloaded(await bench.download(), { new: 1, bytes: sizeBytes });
      assert.ok(bench.landing.bytesOf("short.bin").equals(bytes));
    });

    it(`keeps the file as it was if that does not help, for an object of ${sizeBytes} bytes`, async () => {
      await answerShort("short.bin", sizeBytes, 1_000);
      bench.landing.write({ "short.bin": "as it was" });
      const advice = "Find what changes the bytes in the store or on the way";
      assertFailedWith(await bench.download(), [
        `short.bin was not downloaded: the received bytes do not have the size that S3 has. This happened twice. ${advice}. The file in the target folder was not changed. [checksum-wrong]`,
      ]);
      assert.equal(bench.landing.read()["short.bin"], "as it was");
    });
  }
});
