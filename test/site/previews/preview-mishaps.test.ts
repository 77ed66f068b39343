import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type PreviewRunEnd, type RunStanding, runPreview } from "../../../src/site/previews/preview-run.ts";
import { withdrawPreview } from "../../../src/site/previews/withdraw-preview.ts";
import { randomFrom } from "../../random.ts";
import { isLarge } from "../../tasks/resident-memory.ts";
import { DisturbedBucket, type Mishap } from "../disturbed-bucket.ts";
import { MemoryBucket, type MemoryObject } from "../memory-bucket.ts";
import { type PublishResult, publishBench, type SiteFiles, type SitePlaceOnBench } from "../publish-bench.ts";
import { cleanUp, previewOf, publishPreview, removalTools } from "./preview-bench.ts";

/** More requests than a preview makes that removes another one. */
const MAX_REQUESTS = 60;
const RACES = isLarge ? 300 : 12;

const SITE: SiteFiles = { "index.html": "production needs app.js", "app.js": "production's script" };
const OLD = build("old");
const NEW = build("new");

function build(name: string): SiteFiles {
  return { "index.html": `${name} needs app.${name}.js`, [`app.${name}.js`]: `script ${name}` };
}

describe("A preview that meets with a mishap", function () {
  this.timeout(600_000);
  const bench = publishBench();
  /** Each run of a pipeline has a folder of its own. */
  let places: readonly SitePlaceOnBench[];
  /** A bucket with a site, a preview that is due, and one that is not. */
  let before_: ReadonlyMap<string, MemoryObject>;

  before(async () => {
    places = [await bench.newPlace({}), await bench.newPlace({})];
    const bucket = new MemoryBucket();
    const [place] = places as [SitePlaceOnBench];
    place.replace(SITE);
    await place.publish({}, { bucket });
    for (const number of [1, 2]) await publishPreview(place, previewOf(number), OLD, { bucket });
    before_ = new Map(bucket.objects);
  });

  function filled(): MemoryBucket {
    const bucket = new MemoryBucket();
    for (const [name, object] of before_) bucket.objects.set(name, object);
    return bucket;
  }

  /** Nothing but the previews of pull requests 1 and 3 may differ from what was there before. */
  function assertOthersAreUntouched({ objects }: MemoryBucket): void {
    const others = (all: ReadonlyMap<string, MemoryObject>) =>
      new Map([...all].filter(([name]) => !/^pr-[13]\//.test(name)));
    assert.deepEqual(others(objects), others(before_));
  }

  function shown({ objects }: MemoryBucket, folder: string): Record<string, string> {
    const own = [...objects].filter(([name]) => name.startsWith(folder) && !name.endsWith(".s3-site.json"));
    return Object.fromEntries(own.map(([name, { bytes }]) => [name.slice(folder.length), bytes.toString()]));
  }

  const publishAndCleanUp = async (bucket: DisturbedBucket) => {
    const { report } = await publishPreview(places[0] as SitePlaceOnBench, previewOf(3), NEW, { bucket });
    const { removed } = await cleanUp(bucket, { 1: "closed" }, { except: "pr-3", previewDays: 0 });
    return report?.errors.length === 0 && removed.length > 0;
  };

  // To end before a request is to end after the one before it.
  for (const mishap of ["refused", "ends after"] as const satisfies readonly Mishap[]) {
    it(`touches nothing else at each request that is "${mishap}", and the next run puts all right`, async () => {
      for (let position = 0; ; position++) {
        assert.ok(position < MAX_REQUESTS);
        const memory = filled();
        const bucket = new DisturbedBucket(memory);
        let count = 0;
        bucket.mishapOf = () => (count++ === position ? mishap : undefined);
        const isWell = await publishAndCleanUp(bucket).catch(() => false);
        try {
          assertOthersAreUntouched(memory);
          bucket.mishapOf = () => undefined;
          bucket.restart();
          await publishAndCleanUp(bucket);
          assertOthersAreUntouched(memory);
          assert.deepEqual(shown(memory, "pr-3/"), NEW);
          assert.deepEqual(
            [...memory.objects.keys()].filter((name) => name.startsWith("pr-1/")),
            [],
          );
        } catch (error) {
          throw new Error(`${mishap}, request ${position}: ${(error as Error).message}`, { cause: error });
        }
        if (isWell && count <= position) break;
      }
    });
  }

  interface Run {
    readonly place: SitePlaceOnBench;
    readonly files: SiteFiles;
    readonly bucket: DisturbedBucket;
    standing(): RunStanding;
  }

  /** What the task does, less the log and the pull request. */
  function run({ place, files, bucket, standing }: Run): Promise<PreviewRunEnd> {
    let last: PublishResult | undefined;
    return runPreview({
      pullRequest: 3,
      log: { info: () => undefined },
      signal: new AbortController().signal,
      pause: () => sleep(Math.random() * 4),
      standing: async () => standing(),
      async publish() {
        last = await publishPreview(place, previewOf(3), files, { bucket });
        return last.report?.errors ?? [];
      },
      async withdraw() {
        await withdrawPreview(previewOf(3), last?.site, removalTools(bucket));
      },
    });
  }

  /** Lets the requests of several runs come in an order that the seed decides. */
  function twoBuckets(memory: MemoryBucket, seed: number): readonly [DisturbedBucket, DisturbedBucket] {
    const random = randomFrom(seed);
    const waiting = () => Array.from({ length: random.below(4) }, () => 0);
    const buckets = [new DisturbedBucket(memory), new DisturbedBucket(memory)] as const;
    for (const bucket of buckets)
      bucket.beforeRequest = async () => {
        for (const _ of waiting()) await new Promise((resolve) => setImmediate(resolve));
      };
    return buckets;
  }

  it(`leaves one whole preview of the newer commit if two runs publish at once (${RACES} races)`, async () => {
    for (let seed = 1; seed <= RACES; seed++) {
      const memory = filled();
      const [older, newer] = twoBuckets(memory, seed);
      let isPushed = false;
      const [place, otherPlace] = places as [SitePlaceOnBench, SitePlaceOnBench];
      const ends = await Promise.all([
        run({ place, files: OLD, bucket: older, standing: () => (isPushed ? "superseded" : "current") }),
        (async () => {
          for (let turn = 0; turn < (seed % 7) * 5; turn++) await new Promise((resolve) => setImmediate(resolve));
          isPushed = true;
          return run({ place: otherPlace, files: NEW, bucket: newer, standing: () => "current" });
        })(),
      ]);
      assert.deepEqual(ends[1], { kind: "published", errors: [] }, `seed ${seed}`);
      assert.notEqual(ends[0].kind, "failed", `seed ${seed}: ${JSON.stringify(ends[0])}`);
      assertShows(memory, NEW, `seed ${seed}`);
      assertOthersAreUntouched(memory);
    }
  });

  it(`leaves one whole preview if two runs for one commit publish at once (${RACES} races)`, async () => {
    for (let seed = 1; seed <= RACES; seed++) {
      const memory = filled();
      const buckets = twoBuckets(memory, seed);
      const ends = await Promise.all(
        buckets.map((bucket, index) =>
          run({ place: places[index] as SitePlaceOnBench, files: NEW, bucket, standing: () => "current" }),
        ),
      );
      for (const end of ends) assert.deepEqual(end, { kind: "published", errors: [] }, `seed ${seed}`);
      assertShows(memory, NEW, `seed ${seed}`);
      assertOthersAreUntouched(memory);
    }
  });

  it(`leaves nothing if its pull request ends meanwhile, also beside a clean-up (${RACES} races)`, async () => {
    for (let seed = 1; seed <= RACES; seed++) {
      const memory = filled();
      const [publisher, cleaner] = twoBuckets(memory, seed);
      let requests = 0;
      publisher.afterRequest = () => void requests++;
      const isClosed = () => requests > seed % 6;
      const [end] = await Promise.all([
        run({
          place: places[0] as SitePlaceOnBench,
          files: NEW,
          bucket: publisher,
          standing: () => (isClosed() ? "closed" : "current"),
        }),
        (async () => {
          for (let turn = 0; turn < 10_000 && !isClosed(); turn++)
            await new Promise((resolve) => setImmediate(resolve));
          await cleanUp(cleaner, { 3: "closed" }, { previewDays: 0 });
        })(),
      ]);
      assert.equal(end.kind, "closed", `seed ${seed}`);
      assert.deepEqual(
        [...memory.objects.keys()].filter((name) => name.startsWith("pr-3/")),
        [],
        `seed ${seed}`,
      );
      assertOthersAreUntouched(memory);
    }
  });

  /** What pages need is there; an asset of another run may stay for tabs that are open. */
  function assertShows(memory: MemoryBucket, files: SiteFiles, message: string): void {
    const all = shown(memory, "pr-3/");
    const own = Object.fromEntries(Object.entries(all).filter(([name]) => name in files));
    assert.deepEqual(own, files, message);
  }
});
