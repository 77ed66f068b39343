import assert from "node:assert/strict";
import type { S3Request } from "../../../src/s3/bucket.ts";
import { randomFrom } from "../../random.ts";
import { isLarge } from "../../tasks/resident-memory.ts";
import { DisturbedBucket, type Mishap } from "../disturbed-bucket.ts";
import { MemoryBucket, type MemoryObject } from "../memory-bucket.ts";
import { publishBench, type SiteFiles, type SitePlaceOnBench } from "../publish-bench.ts";

/** More requests than a rollback makes. */
const MAX_REQUESTS = 60;
const RACES = isLarge ? 300 : 12;

const GOOD = build("good", { "old.html": "old needs app.good.js" });
const BAD = build("bad", { "new.html": "new needs app.bad.js" });
const NEXT = build("next", {});

/** An index and a page that need their script, and an asset that keeps its name. */
function build(name: string, more: SiteFiles): Readonly<Record<string, string>> {
  const script = `app.${name}.js`;
  return {
    "index.html": `index ${name} needs ${script}`,
    "about.html": `about ${name} needs ${script}`,
    "logo.svg": `logo ${name}`,
    [script]: `script ${name}`,
    ...more,
  } as Readonly<Record<string, string>>;
}

describe("a rollback that meets with a mishap", function () {
  this.timeout(600_000);
  const bench = publishBench();
  let place: SitePlaceOnBench;
  /** What a bucket holds after two publishes. */
  let twoReleases: ReadonlyMap<string, MemoryObject>;

  before(async () => {
    place = await bench.newPlace({});
    const bucket = new MemoryBucket();
    for (const files of [GOOD, BAD]) await publish(new DisturbedBucket(bucket), files);
    twoReleases = new Map(bucket.objects);
  });

  async function publish(bucket: DisturbedBucket, files: SiteFiles) {
    place.replace(files);
    return place.publish({ keepReleases: 3, maxDelete: { kind: "count", count: 100 } }, { bucket });
  }

  function filled(): MemoryBucket {
    const bucket = new MemoryBucket();
    for (const [name, object] of twoReleases) bucket.objects.set(name, object);
    return bucket;
  }

  // To end before a request is to end after the one before it.
  for (const mishap of ["refused", "ends after"] as const) {
    it(`leaves whole pages at each request that is "${mishap}", and the next rollback or publish puts all right`, async () => {
      for (let position = 0; ; position++) {
        assert.ok(position < MAX_REQUESTS);
        const isOver = await breakAt(position, mishap, async (bucket) => {
          const { report } = await place.rollBack("previous", {}, { bucket });
          assert.deepEqual(report?.errors, []);
        });
        await breakAt(position, mishap, async (bucket, memory) => {
          const { report } = await publish(bucket, NEXT);
          assert.deepEqual(report?.errors, []);
          assertShown(memory, NEXT);
          await place.rollBack("1", {}, { bucket });
          assertShown(memory, GOOD);
          const back = await place.rollBack("2", {}, { bucket });
          assert.deepEqual(back.report?.errors, []);
          assertShown(memory, BAD);
        });
        if (isOver) break;
      }
    });
  }

  /** @returns whether the rollback had fewer requests than that. */
  async function breakAt(
    position: number,
    mishap: Mishap,
    heal: (bucket: DisturbedBucket, memory: MemoryBucket) => Promise<void>,
  ): Promise<boolean> {
    const memory = filled();
    const bucket = new DisturbedBucket(memory);
    let count = 0;
    bucket.mishapOf = () => (count++ === position ? mishap : undefined);
    bucket.afterRequest = () => assertWhole(memory);
    const result = await place.rollBack("previous", {}, { bucket }).catch(() => undefined);
    const isWell = result?.report?.errors.length === 0;
    const isRecorded = [...memory.objects.keys()].some((name) => name.endsWith("/releases/3.json"));
    bucket.mishapOf = () => undefined;
    bucket.restart();
    try {
      // With its record, the release is live, and the rollback is over but for what is deleted.
      if (!isRecorded) await place.rollBack("previous", {}, { bucket });
      assertShown(memory, GOOD);
      await heal(bucket, memory).catch((error: Error) => {
        if (!/no release before the live one/.test(error.message)) throw error;
      });
    } catch (error) {
      throw new Error(`${mishap}, request ${position}: ${(error as Error).message}`, { cause: error });
    }
    return isWell && count <= position;
  }

  it("fails before it deletes if a publish gets in between, and so does a publish if a rollback does", async () => {
    for (const [first, other] of [
      ["rollback", "publish"],
      ["publish", "rollback"],
    ] as const) {
      const memory = filled();
      const act = (kind: "rollback" | "publish", bucket: DisturbedBucket, between?: () => Promise<void>) => {
        const surroundings = { bucket, ...(between ? { between } : {}) };
        if (kind === "rollback") return place.rollBack("previous", {}, surroundings);
        place.replace(NEXT);
        return place.publish({ keepReleases: 3, maxDelete: { kind: "count", count: 100 } }, surroundings);
      };
      const loser = new DisturbedBucket(memory);
      const sent: S3Request[] = [];
      loser.afterRequest = (request) => void sent.push(request);
      const { report } = await act(first, loser, async () => {
        const { report: won } = await act(other, new DisturbedBucket(memory));
        assert.deepEqual(won?.errors, []);
      });
      assert.deepEqual(
        report?.errors.map(({ code }) => code),
        ["concurrent-publish"],
      );
      assert.deepEqual(
        sent.filter(({ method }) => method === "POST" || method === "DELETE"),
        [],
      );
      assertShown(memory, other === "publish" ? NEXT : GOOD);
    }
  });

  it(`and a publish beside it, in whichever order their requests come, lose no release (${RACES} races)`, async () => {
    for (let seed = 1; seed <= RACES; seed++) {
      const memory = filled();
      const random = randomFrom(seed);
      place.replace(NEXT);
      const racers = ["publish", "rollback"].map((kind) => {
        const bucket = new DisturbedBucket(memory);
        let deletions = 0;
        bucket.beforeRequest = async () => {
          for (let turns = random.below(6); turns > 0; turns--) await new Promise(setImmediate);
        };
        bucket.afterRequest = ({ method }) => {
          if (method === "POST") deletions++;
          assertWhole(memory);
        };
        const run =
          kind === "publish"
            ? place.publish({ keepReleases: 3, maxDelete: { kind: "count", count: 100 } }, { bucket })
            : place.rollBack("previous", {}, { bucket });
        return run.then(({ report }) => ({ kind, codes: report?.errors.map(({ code }) => code) ?? [], deletions }));
      });
      const ends = await Promise.all(racers);
      const failed = ends.filter(({ codes }) => codes.length > 0);
      const told = `seed ${seed}: ${JSON.stringify(ends)}`;
      assert.ok(failed.length <= 1, told);
      for (const { codes, deletions } of failed)
        assert.deepEqual([codes, deletions], [["concurrent-publish"], 0], told);
      for (const [release, files] of [
        ["1", GOOD],
        ["2", BAD],
      ] as const) {
        const { report, site } = await place.rollBack(release, {}, { bucket: new DisturbedBucket(memory) });
        assert.deepEqual([site.problems, report?.errors], [[], []], told);
        assertShown(memory, files);
      }
    }
  });
});

/** Visitors get this build, and no page of another one. */
function assertShown({ objects }: MemoryBucket, files: Readonly<Record<string, string>>): void {
  const shown = Object.keys(files).map((name) => [name, objects.get(name)?.bytes.toString()]);
  assert.deepEqual(Object.fromEntries(shown), files);
  const isPage = (name: string) => name.endsWith(".html");
  assert.deepEqual([...objects.keys()].filter(isPage).sort(), Object.keys(files).filter(isPage).sort());
}

/** A page that is there has the script that it needs, of its own build. */
function assertWhole({ objects }: MemoryBucket): void {
  for (const [name, { bytes }] of objects) {
    const needed = name.startsWith(".s3-site") ? undefined : / needs app\.(\w+)\.js$/.exec(bytes.toString())?.[1];
    if (needed === undefined) continue;
    assert.equal(objects.get(`app.${needed}.js`)?.bytes.toString(), `script ${needed}`, `${name} needs its script`);
  }
}
