import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type DigestAlgorithm, digestOf } from "../../../src/checksums/algorithms.ts";
import { FileDigester, type FileDigestRequest } from "../../../src/files/digest/file-digest.ts";
import { FileChangedError } from "../../../src/files/file-range.ts";
import { amount, isFull } from "../../amounts.ts";
import { randomFrom } from "../../random.ts";

const MIB = 1024 ** 2;
const algorithms: readonly DigestAlgorithm[] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "MD5"];
const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("the digests of files", () => {
  let folder: string;
  let digester: FileDigester;
  let threadsStarted = 0;
  const countThread = () => {
    threadsStarted++;
  };
  before(() => {
    process.on("worker", countThread);
  });
  after(() => {
    process.off("worker", countThread);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "digest-"));
    digester = new FileDigester({ maxWorkers: 2 });
    threadsStarted = 0;
  });
  afterEach(async () => {
    await digester.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const threaded of [false, true]) {
    describe(threaded ? "in threads" : "in the calling thread", () => {
      beforeEach(async () => {
        if (threaded) await startThreads();
        else digester = new FileDigester({ maxWorkers: 0 });
      });
      afterEach(() => assert.equal(threadsStarted > 0, threaded));

      it("are those of a stretch, wherever it stands in the file", async () => {
        const { path, bytes } = write("stretches", randomFrom(1).bytes(700_000));
        const stretches = [
          { startByte: 0, sizeBytes: 1000, goesOn: true },
          { startByte: 1000, sizeBytes: 600_000, goesOn: true },
          { startByte: 601_000, sizeBytes: 99_000 },
        ];
        for (const algorithm of algorithms) {
          assert.deepEqual(
            await Promise.all(stretches.map((stretch) => digester.digest({ path, algorithm, ...stretch }))),
            stretches.map(({ startByte, sizeBytes }) =>
              digestOf(algorithm, bytes.subarray(startByte, startByte + sizeBytes)),
            ),
          );
        }
        const [, , last] = stretches as [object, object, { startByte: number; sizeBytes: number }];
        const tooShort = {
          path,
          algorithm: "CRC32" as const,
          startByte: last.startByte,
          sizeBytes: last.sizeBytes - 1,
        };
        await assert.rejects(digester.digest(tooShort), FileChangedError);
      });

      it("are two in a row where both are asked for", async () => {
        for (const sizeBytes of [0, 1000, 700_000]) {
          const { path, bytes } = write(`both-${sizeBytes}`, randomFrom(sizeBytes).bytes(sizeBytes));
          assert.deepEqual(
            await digester.digest({ path, sizeBytes, algorithm: "CRC64NVME", alsoBy: "SHA256" }),
            Buffer.concat([digestOf("CRC64NVME", bytes), digestOf("SHA256", bytes)]),
          );
        }
      });

      it("are those of all their bytes, whatever the size", async () => {
        const sizes = [0, 1, 1000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700_000];
        const files = sizes.map((size) => write(`file-${size}`, randomFrom(size).bytes(size)));
        for (const algorithm of algorithms) {
          const digests = await Promise.all(
            files.map(({ path, sizeBytes }) => digester.digest({ path, sizeBytes, algorithm })),
          );
          assert.deepEqual(
            digests,
            files.map(({ bytes }) => digestOf(algorithm, bytes)),
          );
        }
      });

      it("are of the digests of their parts, where those are wanted", async () => {
        const partSizeBytes = 100_000;
        for (const size of [0, 1, partSizeBytes, partSizeBytes + 1, 7 * partSizeBytes]) {
          const { path, bytes } = write("file", randomFrom(size).bytes(size));
          const parts = [bytes.subarray(0, partSizeBytes)];
          for (let start = partSizeBytes; start < size; start += partSizeBytes) {
            parts.push(bytes.subarray(start, start + partSizeBytes));
          }
          for (const algorithm of algorithms) {
            assert.deepEqual(
              await digester.digest({ path, sizeBytes: size, algorithm, partSizeBytes }),
              digestOf(algorithm, Buffer.concat(parts.map((part) => digestOf(algorithm, part)))),
            );
          }
        }
      });

      it("are told of many files at once, and errors of the files that have them", async () => {
        const files = Array.from({ length: amount(700, 200) }, (_, index) =>
          write(`${index}`, Buffer.from(`content ${index}`)),
        );
        const requests = files.map(({ path, sizeBytes }, index) => {
          if (index % 100 === 7) return { path: `${path}-missing`, sizeBytes, algorithm: "MD5" as const };
          return { path, sizeBytes: index % 100 === 8 ? sizeBytes + 1 : sizeBytes, algorithm: "MD5" as const };
        });
        assert.deepEqual(
          await Promise.all(requests.map((request) => digester.digest(request).catch(describeError))),
          files.map(({ bytes }, index) => {
            if (index % 100 === 7) return "ENOENT";
            return index % 100 === 8 ? "FileChangedError" : digestOf("MD5", bytes);
          }),
        );
      });

      it("are refused where the file is shorter or longer than expected, or cannot be read", async () => {
        const { path } = write("file", Buffer.alloc(600_000));
        const small = write("small", Buffer.alloc(10)).path;
        const wrong: [request: Omit<FileDigestRequest, "algorithm">, expected: string][] = [
          [{ path, sizeBytes: 600_001 }, "FileChangedError"],
          [{ path, sizeBytes: 599_999 }, "FileChangedError"],
          [{ path, sizeBytes: 599_999, partSizeBytes: 1000 }, "FileChangedError"],
          [{ path, sizeBytes: 900_000, partSizeBytes: 1000 }, "FileChangedError"],
          [{ path, sizeBytes: 10 }, "FileChangedError"],
          [{ path: small, sizeBytes: 600_000 }, "FileChangedError"],
          [{ path: small, sizeBytes: 0 }, "FileChangedError"],
          [{ path: folder, sizeBytes: 10 }, "EISDIR"],
          [{ path: join(folder, "missing"), sizeBytes: 600_000, partSizeBytes: 1000 }, "ENOENT"],
        ];
        for (const algorithm of ["SHA1", "CRC32C"] as const) {
          assert.deepEqual(
            await Promise.all(
              wrong.map(([request]) => digester.digest({ ...request, algorithm }).catch(describeError)),
            ),
            wrong.map(([, expected]) => expected),
          );
        }
      });
    });
  }

  it("of a few files start no threads", async () => {
    digester = new FileDigester({ maxWorkers: 2, now: () => 0 });
    await digestTwenty();
    assert.equal(threadsStarted, 0);
  });

  it("of a few files start threads where these have taken long", async () => {
    let nowMs = 0;
    // Each turn looks at the clock twice or more.
    digester = new FileDigester({ maxWorkers: 2, now: () => (nowMs += 100) });
    await digestTwenty();
    assert.equal(threadsStarted, 2);
  });

  async function digestTwenty(): Promise<void> {
    const { path, sizeBytes, bytes } = write("file", Buffer.alloc(MIB, "x"));
    const digests = Array.from({ length: 20 }, () => digester.digest({ path, sizeBytes, algorithm: "MD5" }));
    assert.deepEqual(await Promise.all(digests), Array(20).fill(digestOf("MD5", bytes)));
  }

  it("of large files are put together from ranges", async () => {
    const bytes = Buffer.alloc(70 * MIB + 12_345, randomFrom(6).bytes(9973));
    const { path, sizeBytes } = write("large", bytes);
    for (const algorithm of isFull ? algorithms : (["CRC32", "CRC64NVME", "SHA256"] as const)) {
      assert.deepEqual(await digester.digest({ path, sizeBytes, algorithm }), digestOf(algorithm, bytes));
    }
    const both = await digester.digest({ path, sizeBytes, algorithm: "CRC32", alsoBy: "MD5" });
    assert.deepEqual(both, Buffer.concat([digestOf("CRC32", bytes), digestOf("MD5", bytes)]));
    assert.equal(threadsStarted, 2);
  });

  it("leave the calling thread time for other things", async () => {
    const files = Array.from({ length: 300 }, (_, index) => write(`${index}`, Buffer.alloc(200_000, index)));
    let turns = 0;
    const turn = setInterval(() => turns++, 1);
    await Promise.all(files.map(({ path, sizeBytes }) => digester.digest({ path, sizeBytes, algorithm: "MD5" })));
    clearInterval(turn);
    assert.ok(turns >= 5);
  });

  it("fail once nobody wants them any more", async () => {
    await startThreads();
    const path = writeSparse("large", 4000 * MIB);
    const request = { path, sizeBytes: 4000 * MIB, algorithm: "SHA256" as const };
    const closed = { message: "the step ended before the file was read" };
    const underWay = [
      assert.rejects(digester.digest(request), closed),
      assert.rejects(digester.digest(request), closed),
    ];
    await new Promise((resolve) => setTimeout(resolve, 20));
    await digester.close();
    await Promise.all(underWay);
    await assert.rejects(digester.digest(request), closed);
  });

  it("fail with the signal's reason as soon as it is aborted, in threads or not", async () => {
    const path = writeSparse("endless", 2 ** 40);
    const request = { path, sizeBytes: 2 ** 40, algorithm: "MD5" as const };
    const reason = new Error("cancelled");
    for (const maxWorkers of [0, 2]) {
      const cancel = new AbortController();
      digester = new FileDigester({ maxWorkers, signal: cancel.signal });
      const underWay = digester.digest(request);
      setImmediate(() => setImmediate(() => cancel.abort(reason)));
      await assert.rejects(underWay, reason);
      await assert.rejects(digester.digest(request), reason);
      await digester.close();
    }
  });

  it("fail with the step, however many are waited for", async () => {
    digester = new FileDigester({ maxWorkers: 0 });
    const request = { path: join(folder, "none"), sizeBytes: 1, algorithm: "MD5" as const };
    const digests = Array.from({ length: 50_000 }, () => digester.digest(request));
    await digester.close();
    const results = await Promise.allSettled(digests);
    assert.ok(results.every(({ status }) => status === "rejected"));
  });

  it("are taken in the order of the calls, past a file that fails halfway", async () => {
    digester = new FileDigester({ maxWorkers: 0 });
    const { path, bytes } = write("file", randomFrom(8).bytes(1000));
    const order: string[] = [];
    const note = async (name: string, digest: Promise<Buffer>) => {
      await digest.catch(() => undefined);
      order.push(name);
      return digest;
    };
    const missing = { path: `${path}-missing`, sizeBytes: 5000, algorithm: "MD5" as const, partSizeBytes: 1000 };
    const fails = note("missing", digester.digest(missing));
    const comes = note("file", digester.digest({ path, sizeBytes: 1000, algorithm: "MD5" }));
    await assert.rejects(fails, { code: "ENOENT" });
    assert.deepEqual(await comes, digestOf("MD5", bytes));
    assert.deepEqual(order, ["missing", "file"]);
  });

  describe("in a bundle", () => {
    const LARGE_BYTES = amount(200, 136) * MIB;
    /** Prints a digest and how many threads were started, and leaves the digester open. */
    const script = (path: string) => `
      import { FileDigester } from "./src/files/digest/file-digest.ts";
      let threads = 0;
      process.on("worker", () => threads++);
      const digester = new FileDigester({ maxWorkers: 2 });
      const request = { path: ${JSON.stringify(path)}, sizeBytes: ${LARGE_BYTES}, algorithm: "MD5", partSizeBytes: ${16 * MIB} };
      digester.digest(request).then((digest) => console.log(threads, digest.toString("hex")));`;
    const partDigest = digestOf("MD5", Buffer.alloc(16 * MIB));
    const lastDigest = digestOf("MD5", Buffer.alloc(LARGE_BYTES % (16 * MIB)));
    const expected = digestOf(
      "MD5",
      Buffer.concat([...Array(Math.floor(LARGE_BYTES / (16 * MIB))).fill(partDigest), lastDigest]),
    ).toString("hex");

    beforeEach(async () => {
      const path = writeSparse("large", LARGE_BYTES);
      mkdirSync(join(folder, "bundle"));
      const options = {
        absWorkingDir: root,
        bundle: true,
        platform: "node",
        define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
        logLevel: "warning",
      } as const;
      const stdin = { contents: script(path), resolveDir: root };
      await build({ ...options, stdin, outfile: join(folder, "bundle/index.js") });
      await build({
        ...options,
        entryPoints: ["src/files/digest/digest-worker.ts"],
        outfile: join(folder, "bundle/digest-worker.js"),
      });
    });

    it("come from threads, which do not keep the process alive", () => {
      assert.equal(run("bundle"), `2 ${expected}\n`);
    });

    it("come without threads too, where these do not start", () => {
      mkdirSync(join(folder, "alone"));
      copyFileSync(join(folder, "bundle/index.js"), join(folder, "alone/index.js"));
      assert.equal(run("alone"), `2 ${expected}\n`);
    });

    function run(name: string): string {
      return execFileSync(process.execPath, [join(folder, name, "index.js")], { encoding: "utf8", timeout: 30_000 });
    }
  });

  /** A large file makes it worth to start threads. */
  async function startThreads(): Promise<void> {
    const path = writeSparse("worth-threads", 64 * MIB);
    await digester.digest({ path, sizeBytes: 64 * MIB, algorithm: "CRC32" });
  }

  function write(name: string, bytes: Buffer): { path: string; sizeBytes: number; bytes: Buffer } {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return { path, sizeBytes: bytes.length, bytes };
  }

  function writeSparse(name: string, sizeBytes: number): string {
    const path = join(folder, name);
    writeFileSync(path, "");
    truncateSync(path, sizeBytes);
    return path;
  }
});

function describeError(error: NodeJS.ErrnoException): string | undefined {
  return error instanceof FileChangedError ? "FileChangedError" : error.code;
}
