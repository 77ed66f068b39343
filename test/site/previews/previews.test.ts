import assert from "node:assert/strict";
import { DisturbedBucket } from "../disturbed-bucket.ts";
import { MemoryBucket } from "../memory-bucket.ts";
import { publishBench, type SitePlaceOnBench } from "../publish-bench.ts";
import { cleanUp, DAY_MS, previewOf, publishPreview } from "./preview-bench.ts";

const SITE = { "index.html": "production", "app.js": "production's script" };
const PREVIEW = { "index.html": "preview", "menu.html": "menu", "app.js": "preview's script" };

describe("The preview of a pull request", () => {
  const bench = publishBench();
  let place: SitePlaceOnBench;
  let bucket: MemoryBucket;
  let nowMs = Date.UTC(2026, 5, 1);
  const now = () => nowMs;
  const surroundings = () => ({ bucket, now });
  const names = () => [...bucket.objects.keys()].sort();
  const publishSite = (more: Parameters<SitePlaceOnBench["publish"]>[0] = {}) => {
    place.replace(SITE);
    return place.publish(more, surroundings());
  };

  before(async () => {
    place = await bench.newPlace({});
  });
  beforeEach(() => {
    bucket = new MemoryBucket();
    nowMs = Date.UTC(2026, 5, 1);
    bucket.now = now;
  });

  it("is a folder of its own, and its manifest names the pull request", async () => {
    const { report } = await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    assert.deepEqual(report?.errors, []);
    assert.deepEqual(names(), ["pr-12/.s3-site.json", "pr-12/app.js", "pr-12/index.html", "pr-12/menu.html"]);
    const { headers } = bucket.objects.get("pr-12/.s3-site.json") ?? {};
    assert.equal(headers?.["x-amz-meta-pull-request"], "12 0123456789abcdef");
  });

  it("has the time of its last publish, also if that changed nothing", async () => {
    await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    nowMs += DAY_MS;
    await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    assert.equal(bucket.objects.get("pr-12/.s3-site.json")?.storedMs, nowMs);
    assert.equal(bucket.objects.get("pr-12/index.html")?.storedMs, nowMs - DAY_MS);
  });

  it("is left alone by publishes of the site around it, and is none of its other objects", async () => {
    await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    const before = new Map(bucket.objects);
    const first = await publishSite();
    assert.deepEqual(
      first.log.filter((line) => /Other objects/.test(line)),
      [],
    );
    const again = await publishSite({ keepRemovedDays: 0 });
    assert.deepEqual(again.report?.errors, []);
    for (const [key, object] of before) assert.deepEqual(bucket.objects.get(key), object, key);
  });

  it("warns of a site that shares its origin, unless each preview has a host name of its own", async () => {
    await publishSite();
    const { log } = await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    assert.deepEqual(log.filter((line) => /preview-shares-origin/.test(line)).length, 1);
    const own = await publishPreview(place, previewOf(13, { hasOwnHost: true }), PREVIEW, surroundings());
    assert.deepEqual(
      own.log.filter((line) => /^warning/.test(line)),
      [],
    );
  });

  it("warns of a site beside it too", async () => {
    await publishSite({ prefix: "site/" });
    await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    assert.deepEqual((await cleanUp(bucket, {}, {}, now)).log, []);
    const { log } = await cleanUp(bucket, {}, { warnsOfSites: true }, now);
    assert.equal(log.length, 1);
    assert.match(log[0] ?? "", /^warning: The bucket also holds the site s3:\/\/memory\/site\/\. /);
  });

  it("does not take the place of another pull request's, or of a site that is no preview", async () => {
    await publishPreview(place, previewOf(12), PREVIEW, surroundings());
    const menu = (number: number) => previewOf(number, { name: "pr-12" });
    const elsewhere = previewOf(12, { pullRequest: { number: 12, repository: "fedcba9876543210" } });
    await publishSite({ prefix: "site/" });
    for (const [preview, what] of [
      [menu(13), "the preview of another pull request (12)"],
      [elsewhere, "the preview of another pull request (12 of another repository)"],
      [previewOf(14, { name: "site" }), "a site that is no preview"],
    ] as const) {
      const { site, report } = await publishPreview(place, preview, PREVIEW, surroundings());
      assert.equal(report, undefined);
      assert.deepEqual(
        site.problems.map(({ input, code }) => `${input} ${code}`),
        ["previewName sites-in-conflict"],
      );
      assert.ok(site.problems[0]?.message.includes(`has ${what}.`), site.problems[0]?.message);
    }
  });

  describe("is removed", () => {
    beforeEach(async () => {
      await publishSite();
      for (const number of [1, 2, 3]) await publishPreview(place, previewOf(number), PREVIEW, surroundings());
    });

    it("when its pull request is completed or abandoned, and leaves nothing", async () => {
      const { removed, log } = await cleanUp(bucket, { 1: "closed", 2: "active" }, {}, now);
      assert.deepEqual(removed, ["pr-1"]);
      assert.deepEqual(log, ["Removed the preview pr-1: pull request 1 is completed or abandoned"]);
      const [production, previews] = [names().filter((name) => !name.includes("/")), names()];
      assert.deepEqual(production, [".s3-site.json", "app.js", "index.html"]);
      assert.deepEqual(new Set(previews.map((name) => name.split("/")[0])), new Set([...production, "pr-2", "pr-3"]));
    });

    it("by its age, however its pull request stands, and never if no age is enough", async () => {
      nowMs += 30 * DAY_MS;
      await publishPreview(place, previewOf(3), PREVIEW, surroundings());
      assert.deepEqual((await cleanUp(bucket, { 1: "active" }, { previewDays: 0 }, now)).removed, []);
      assert.deepEqual((await cleanUp(bucket, {}, { previewDays: 31 }, now)).removed, []);
      assert.deepEqual((await cleanUp(bucket, { 1: "active" }, {}, now)).removed, ["pr-1", "pr-2"]);
    });

    it("never because nothing is known of its pull request", async () => {
      assert.deepEqual((await cleanUp(bucket, {}, {}, now)).removed, []);
    });

    it("alone, if one pull request is named, and not if it is the one that is published", async () => {
      const states = { 1: "closed", 2: "closed", 3: "closed" } as const;
      const { pullRequest } = previewOf(2);
      assert.deepEqual((await cleanUp(bucket, states, { pullRequest }, now)).removed, ["pr-2"]);
      assert.deepEqual((await cleanUp(bucket, states, { except: "pr-1" }, now)).removed, ["pr-3"]);
    });

    it("alone, if another repository has a pull request of that number", async () => {
      const elsewhere = { pullRequest: { number: 2, repository: "fedcba9876543210" }, name: "theirs" };
      await publishPreview(place, previewOf(2, elsewhere), PREVIEW, surroundings());
      nowMs += 100 * DAY_MS;
      const { pullRequest } = previewOf(2);
      const { removed, log } = await cleanUp(bucket, { 2: "closed" }, { pullRequest }, now);
      assert.deepEqual(removed, ["pr-2"]);
      assert.deepEqual(log, [
        "Removed the preview pr-2: pull request 2 is completed or abandoned",
        "The preview theirs stays, because it is of pull request 2 of another repository",
      ]);
    });

    it("beside a folder whose manifest cannot be read, which is a warning", async () => {
      const disturbed = new DisturbedBucket(bucket);
      disturbed.mishapOf = ({ method, key }) => (method === "HEAD" && key.startsWith("pr-1/") ? "refused" : undefined);
      const { removed, log } = await cleanUp(disturbed, { 1: "closed", 2: "closed" }, {}, now);
      assert.deepEqual(removed, ["pr-2"]);
      assert.match(
        log[0] ?? "",
        /^warning: It is not known whether there is a preview to remove in s3:\/\/memory\/pr-1\/\. Reading the manifest s3:\/\/memory\/pr-1\/\.s3-site\.json failed: .* The next run looks again\. \[preview-not-removed\]$/,
      );
      assert.equal(log.length, 2);
    });

    it("by one of several clean-ups at once, and no one complains", async () => {
      for (let requests = 0; requests < 14; requests++) {
        const memory = new MemoryBucket();
        for (const [name, object] of bucket.objects) memory.objects.set(name, object);
        const first = new DisturbedBucket(memory);
        let count = 0;
        let other: Awaited<ReturnType<typeof cleanUp>> | undefined;
        first.beforeRequest = async () => {
          if (count++ === requests) other = await cleanUp(memory, { 1: "closed" }, {}, now);
        };
        const { removed, log } = await cleanUp(first, { 1: "closed" }, {}, now);
        const all = [...log, ...(other?.log ?? [])];
        assert.deepEqual(
          all.filter((line) => line.startsWith("warning")),
          [],
          `before request ${requests}`,
        );
        assert.ok(removed.length + (other?.removed.length ?? 0) >= 1, `before request ${requests}`);
        assert.ok(![...memory.objects.keys()].some((name) => name.startsWith("pr-1/")));
      }
    });

    it("in a dry run by words only", async () => {
      const before = new Map(bucket.objects);
      const { removed, log } = await cleanUp(bucket, { 1: "closed" }, { dryRun: true }, now);
      assert.deepEqual(removed, ["pr-1"]);
      assert.deepEqual(log, ["Would remove the preview pr-1: pull request 1 is completed or abandoned"]);
      assert.deepEqual(new Map(bucket.objects), before);
    });

    it("without what others have stored in its folder, which is a warning", async () => {
      const foreign = { bytes: Buffer.from("by hand"), headers: {}, storedMs: nowMs };
      bucket.objects.set("pr-1/notes.txt", foreign);
      bucket.objects.set("pr-1/menu.html", foreign);
      const { log } = await cleanUp(bucket, { 1: "closed" }, {}, now);
      assert.deepEqual(log, [
        "Removed the preview pr-1: pull request 1 is completed or abandoned",
        "warning: The preview is removed, but 2 objects in s3://memory/pr-1/ stay, because this task did not publish them. Delete them if nobody needs them. [preview-not-removed]",
      ]);
      assert.deepEqual(
        names().filter((name) => name.startsWith("pr-1/")),
        ["pr-1/menu.html", "pr-1/notes.txt"],
      );
    });

    it("next time, if S3 refuses, while others are removed", async () => {
      const disturbed = new DisturbedBucket(bucket);
      disturbed.mishapOf = ({ method, key }) => (method === "PUT" && key.startsWith("pr-1/") ? "refused" : undefined);
      const { removed, log } = await cleanUp(disturbed, { 1: "closed", 2: "closed" }, {}, now);
      assert.deepEqual(removed, ["pr-2"]);
      assert.match(log[0] ?? "", /^warning: The preview in s3:\/\/memory\/pr-1\/ was not removed: .*s3:PutObject.*/);
      assert.deepEqual((await cleanUp(bucket, { 1: "closed" }, {}, now)).removed, ["pr-1"]);
    });
  });

  it("is found among other folders, and no folder of the site is taken for one", async () => {
    const folders = { "about/index.html": "about", "pr-9/index.html": "a page that looks like a preview", ...SITE };
    place.replace(folders);
    await place.publish({}, surroundings());
    await publishPreview(place, previewOf(1, { rootPrefix: "about/" }), PREVIEW, surroundings());
    nowMs += 100 * DAY_MS;
    assert.deepEqual((await cleanUp(bucket, { 9: "closed" }, {}, now)).removed, []);
    assert.deepEqual((await cleanUp(bucket, {}, { rootPrefix: "about/" }, now)).removed, ["pr-1"]);
    assert.ok(names().includes("pr-9/index.html") && names().includes("about/index.html"));
  });
});
