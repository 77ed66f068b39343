import { isLarge } from "../../tasks/resident-memory.ts";
import { MemoryBucket } from "../memory-bucket.ts";
import { publishBench } from "../publish-bench.ts";
import { type Contents, RandomReleases, type ReleaseBucket } from "./random-releases.ts";

const RUNS = Number(process.env.S3_TEST_ROUNDS ?? (isLarge ? 1000 : 15));

const FIRST_SEED = Number(process.env.S3_TEST_FIRST_SEED ?? 1);

describe("random publishes, rollbacks and mishaps", function () {
  this.timeout(1_200_000);
  const bench = publishBench();

  it(`lose no release, and show visitors whole sites after each request (${RUNS} runs)`, async () => {
    const place = await bench.newPlace({});
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const run = new RandomReleases(place, inMemory(seed % 2 === 0), seed);
      try {
        await run.play();
      } catch (error) {
        throw new Error(`seed ${seed}: ${run.history.join("; ")}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});

/** @param isEncrypted whether ETags tell nothing of the bytes, as with encryption by KMS. */
function inMemory(isEncrypted: boolean): ReleaseBucket {
  const bucket = new MemoryBucket(isEncrypted ? "bytes and headers" : "bytes");
  const contents = (): Contents =>
    new Map(
      [...bucket.objects].map(([name, { bytes, headers }]) => [
        name,
        { text: bytes.toString(), cacheControl: headers["cache-control"] },
      ]),
    );
  return { bucket, contents, isInMemory: true };
}
