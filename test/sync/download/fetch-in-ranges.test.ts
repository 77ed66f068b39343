import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../../../local/s3/server.ts";
import { BlockPool } from "../../../src/files/block-pool.ts";
import { FileDigester, type FileDigestRequest } from "../../../src/files/digest/file-digest.ts";
import { Disk } from "../../../src/files/disk.ts";
import { createTransport } from "../../../src/http/transport.ts";
import { openBucket } from "../../../src/s3/bucket.ts";
import { WeightedSemaphore } from "../../../src/s3/concurrency/weighted-semaphore.ts";
import { fetchInRanges } from "../../../src/sync/download/fetch-in-ranges.ts";
import type { FetchContext } from "../../../src/sync/download/fetched-object.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";
import { cutInto, MIB, patternedBytes, putInParts } from "../../tasks/stored-objects.ts";

describe("an object that came in parts", () => {
  let target: EmbeddedTarget;
  let folder: string;
  let digested: FileDigestRequest[];
  let fault: Fault | undefined;
  before(async () => {
    target = await startEmbeddedTarget();
  });
  after(() => target.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ranges-"));
    digested = [];
  });
  afterEach(() => {
    fault?.remove();
    rmSync(folder, { recursive: true });
  });

  /** Stores an object of these parts and fetches it. @returns the parts whose heads were asked for. */
  async function fetchParts(sizesMib: readonly number[], isDamaged: boolean): Promise<(string | undefined)[]> {
    const bucketName = await target.newBucket();
    const sizes = sizesMib.map((mib) => mib * MIB);
    const bytes = patternedBytes(sizes.reduce((sum, size) => sum + size));
    await putInParts(target, bucketName, "a.bin", cutInto(bytes, sizes));
    if (isDamaged) {
      fault = target.server.addFault({ match: { operation: "GetObject" }, action: { kind: "corrupt", byteIndex: 9 } });
    }
    target.server.clearRequests();
    const transport = createTransport({ maxConnections: 8, idleTimeoutMs: 30_000 });
    const { accessKeyId, secretAccessKey, url, region } = target;
    const bucket = openBucket({
      name: bucketName,
      store: { endpoint: new URL(url), region, addressingStyle: "path" },
      credentials: () => ({ accessKeyId, secretAccessKey }),
      transport,
      userAgent: "test",
    });
    const digester = new FileDigester();
    const context = {
      bucket,
      target: { confirm: async () => undefined },
      slots: new WeightedSemaphore(8),
      digester: {
        digest(request: FileDigestRequest) {
          digested.push(request);
          return digester.digest(request);
        },
      },
      disk: new Disk(),
      largeBlocks: new BlockPool(),
      encryption: undefined,
      signal: new AbortController().signal,
      onMoved: () => undefined,
    } as unknown as FetchContext;
    const path = join(folder, "a.bin");
    try {
      const object = { key: "a.bin", path: "a.bin", etag: "", sizeBytes: bytes.length };
      if (isDamaged) await assert.rejects(fetchInRanges(context, object, path), { code: "checksum-wrong" });
      else {
        await fetchInRanges(context, object, path);
        assert.ok(readFileSync(path).equals(bytes));
      }
    } finally {
      transport.close();
      await digester.close();
    }
    return target.server.requests
      .filter(({ operation }) => operation === "HeadObject")
      .map(({ query }) => query.partNumber);
  }

  it("is read once, if all parts have the size of the first one and the bytes are wrong", async () => {
    await fetchParts([6, 6, 1], true);
    assert.equal(digested.length, 3);
  });

  it("is read a second time, if the parts have other sizes than the first one suggests", async () => {
    await fetchParts([5, 7, 2], false);
    assert.deepEqual(
      digested.slice(3).map(({ sizeBytes }) => sizeBytes / MIB),
      [5, 7, 2],
    );
  });

  for (const [status, code, partNumber] of [
    [400, "InvalidArgument", 1],
    [416, "InvalidPartNumber", 1],
    [501, "NotImplemented", 1],
    [501, "NotImplemented", 2],
  ] as const) {
    it(`comes without a check of its parts, if the store answers ${status} to the head of part ${partNumber}`, async () => {
      const match = { operation: "HeadObject", partNumber };
      fault = target.server.addFault({ match, action: { kind: "status", status, code } });
      await fetchParts([5, 12], false);
      assert.equal(digested.length, 0);
      assert.ok(fault.hits > 0);
    });
  }

  it("has its parts asked for once, if their number says that they differ", async () => {
    assert.deepEqual((await fetchParts([5, 12], true)).sort(), ["1", "1", "2", undefined]);
    assert.equal(digested.length, 2);
  });
});
