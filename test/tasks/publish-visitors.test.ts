import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describeIfFull } from "../amounts.ts";
import { randomFrom } from "../random.ts";
import { HOSTED, publishBench } from "./publish-bench.ts";
import { type AssetNaming, buildOf, LASTING_PAGES, rarePage, SETS } from "./publish-builds.ts";
import { chooseMishap, publishWith } from "./publish-mishaps.ts";
import { Visitors } from "./publish-visitors.ts";
import { assertOutcome, outcomeOf } from "./upload-bench.ts";

const ALWAYS = { keepRemovedDays: "0", verify: "false" };
const INPUTS = { ...ALWAYS, configureWebsite: "true", maxDelete: "100%", keepReleases: "3" };
const ROLLBACK = { ...ALWAYS, action: "rollback" };
/** One step of so many rolls back. */
const ROLLBACK_EVERY = 3;
/** More, for a soak of half an hour, where S3_TEST_SOAK is set. */
const PUBLISHES = process.env.S3_TEST_SOAK ? 200 : 16;
const SEED = 11;

describeIfFull("AwsS3PublishSite, whose visitors load pages while steps meet with mishaps,", function () {
  this.timeout(1_200_000);
  const bench = publishBench("embedded");
  let visitors: Visitors | undefined;
  afterEach(() => visitors?.kill());

  function build(naming: AssetNaming, number: number, set: number): Record<string, string> {
    const files = buildOf(naming, number, set);
    rmSync(bench.source.path, { recursive: true });
    bench.source.write(files);
    return files;
  }

  /** Publishes builds of changing sets of assets again and again, and rolls back now and then; visitors come all the while. */
  async function publishOften(naming: AssetNaming, mayMix: boolean): Promise<void> {
    const random = randomFrom(SEED);
    const ends: Record<string, number> = {};
    build(naming, 0, 0);
    assert.equal((await bench.publish({ ...HOSTED, ...INPUTS })).result, "Succeeded");
    const rarePages = Array.from({ length: SETS }, (_, set) => rarePage(set));
    visitors = new Visitors(
      bench.website.url,
      ["", ...LASTING_PAGES, "docs/", ...rarePages].map((path) => `/${path}`),
      mayMix,
    );
    let set = 0;
    for (let number = 1; number <= PUBLISHES; number++) {
      set = (set + 1 + random.below(SETS - 1)) % SETS;
      build(naming, number, set);
      // An asset stays until the publish after the one that does without it: pages that were open before that have loaded it by now.
      await visitors.settle();
      const mishap = chooseMishap(random);
      const isRollback = number % ROLLBACK_EVERY === 0;
      const { result } = await publishWith(mishap, bench, isRollback ? ROLLBACK : INPUTS);
      const end = `${isRollback ? "rollback, " : ""}${mishap.name}: ${result}`;
      ends[end] = (ends[end] ?? 0) + 1;
    }
    const files = build(naming, PUBLISHES + 1, set);
    const last = await bench.publish(INPUTS);
    const { counts, complaints } = await visitors.end();
    console.log(
      `      ${counts.pages} pages, ${counts.errorPages} error pages, and their ${counts.assets} assets, of ${counts.builds} builds;`,
      ends,
    );
    assert.deepEqual(complaints.slice(0, 10), []);
    assert.equal(outcomeOf(last).result, "Succeeded", last.log.join("\n"));
    assert.ok(counts.pages > 10 * PUBLISHES && counts.builds > 2);

    const settled = await bench.publish(INPUTS);
    assert.equal(settled.result, "Succeeded");
    const shown = Object.entries(await bench.contents()).filter(([key]) => !key.startsWith(".s3-site"));
    assert.deepEqual(Object.fromEntries(shown), sorted(files));
    assertOutcome(await bench.publish(INPUTS), {
      result: "Succeeded",
      counts: { unchanged: Object.keys(files).length },
    });
  }

  it("leaves no page without its assets, and none with those of another build, where their names have hashes", () =>
    publishOften("hashed", false));

  it("leaves no page without its assets where their names are plain", () => publishOften("plain", true));
});

function sorted(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).sort());
}
