import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { inParallel } from "../../../src/s3/concurrency/in-parallel.ts";
import { startTarget, targetName } from "../../target.ts";
import { isLarge } from "../../tasks/resident-memory.ts";
import { PublishBench, type SitePlaceOnBench } from "../publish-bench.ts";
import { type Contents, RandomReleases } from "./random-releases.ts";

/** What a server is asked for at once, to see what is there. */
const READS_AT_ONCE = 16;
/** The same in memory are many more. */
const RUNS = Number(process.env.S3_TEST_RELEASE_RUNS ?? (isLarge ? 30 : targetName === "embedded" ? 1 : 15));
const FIRST_SEED = Number(process.env.S3_TEST_FIRST_SEED ?? 1);

describe(`random publishes, rollbacks and mishaps on a server (${targetName})`, function () {
  this.timeout(1_800_000);
  const bench = new PublishBench(startTarget).register();

  it(`lose no release, and show visitors whole sites (${RUNS} runs)`, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const place = await bench.newPlace({});
      const contents = () => contentsOf(place);
      const run = new RandomReleases(place, { bucket: place.bucket, contents, isInMemory: false }, seed);
      try {
        await run.play();
      } catch (error) {
        throw new Error(`seed ${seed}: ${run.history.join("; ")}: ${(error as Error).message}`, { cause: error });
      }
    }
  });

  async function contentsOf({ bucketName: Bucket }: SitePlaceOnBench): Promise<Contents> {
    const client = bench.target.client();
    const { Contents: listed = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    const objects = await inParallel(listed, READS_AT_ONCE, undefined, async ({ Key = "" }) => {
      const { Body, CacheControl } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return [Key, { text: (await Body?.transformToString()) ?? "", cacheControl: CacheControl }] as const;
    });
    return new Map(objects);
  }
});
