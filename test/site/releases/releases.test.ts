import assert from "node:assert/strict";
import { MANIFEST_NAME } from "../../../src/site/manifest/manifest.ts";
import { parseManifest } from "../../../src/site/manifest/read-manifest.ts";
import { type ControlPlaneServer, startControlPlane } from "../../stand-ins/control-plane/server.ts";
import { type PublishResult, publishBench, type SiteFiles, type SitePlaceOnBench } from "../publish-bench.ts";

/** A build: an index that needs its script, and a page and an asset that keep their names. */
function buildOf(letter: string): SiteFiles {
  const script = `app.${letter.repeat(4)}0123456789ab.js`;
  return {
    "index.html": `index ${letter} needs ${script}`,
    "about.html": "about",
    "logo.svg": `logo ${letter}`,
    [script]: `script ${letter}`,
  };
}

describe("releases of a site", () => {
  const bench = publishBench();

  /** A place to which builds were published, one after the other, with `keepReleases: 5`. */
  async function published(...letters: readonly string[]): Promise<SitePlaceOnBench> {
    const place = await bench.newPlace({});
    for (const letter of letters) await publish(place, letter);
    return place;
  }

  async function publish(place: SitePlaceOnBench, letter: string, keepReleases = 5): Promise<PublishResult> {
    place.replace(buildOf(letter));
    const build = { buildNumber: `2026.${letter}`, commit: `${letter.repeat(4)}5a7b9c1d` };
    return succeeded(await place.publish({ keepReleases }, { runName: `run ${letter}`, build }));
  }

  async function rollBack(place: SitePlaceOnBench, to = "previous"): Promise<readonly (number | undefined)[]> {
    const { report } = succeeded(await place.rollBack(to));
    return [report?.release?.number, report?.release?.content.number];
  }

  it("come back, and two rollbacks go back twice", async () => {
    const place = await published("a", "b", "c");
    assert.deepEqual(await rollBack(place), [4, 2]);
    assert.deepEqual(await shownBy(place), buildOf("b"));
    assert.deepEqual(await rollBack(place), [5, 1]);
    assert.deepEqual(await shownBy(place), buildOf("a"));
    await assert.rejects(place.rollBack("previous"), {
      code: "release-not-found",
      message:
        /^rollbackTo: there is no release before the live one\. These can be restored: 5 \(.*, release 1 again\), 4 /,
    });
  });

  it("come back by their number, their build number or their commit", async () => {
    const place = await published("a", "b", "c");
    for (const [to, letter] of [
      ["1", "a"],
      ["2026.b", "b"],
      ["CCCC5A7", "c"],
      ["1", "a"],
    ] as const) {
      succeeded(await place.rollBack(to));
      assert.deepEqual(await shownBy(place), buildOf(letter), to);
    }
  });

  it("come back by the build number of the run that published them, which may have rolled back too", async () => {
    const place = await published("a", "b");
    const build = { buildNumber: "2026.b" };
    succeeded(await place.rollBack("previous", {}, { runName: "run b", build }));
    assert.deepEqual(await rollBack(place, "2026.b"), [4, 2]);
    assert.deepEqual(await shownBy(place), buildOf("b"));
  });

  it("come back by the build number of a run that only rolled back to them", async () => {
    const place = await published("a", "b");
    succeeded(await place.rollBack("previous", {}, { build: { buildNumber: "2026.x" } }));
    await publish(place, "c");
    assert.deepEqual(await rollBack(place, "2026.x"), [5, 1]);
  });

  it("are the ones before the live one after rollbacks and further publishes", async () => {
    const place = await published("a", "b", "c");
    await rollBack(place);
    await publish(place, "d");
    assert.deepEqual(await rollBack(place), [6, 2]);
    assert.deepEqual(await rollBack(place), [7, 1]);
    assert.deepEqual(await rollBack(place, "5"), [8, 5]);
    assert.deepEqual(await rollBack(place), [9, 2]);
  });

  it("go when there are more than are kept, with what only they needed", async () => {
    const place = await published("a", "b", "c", "d");
    const { report } = await publish(place, "e", 2);
    assert.deepEqual(
      report?.releases?.map(({ number }) => number),
      [3, 4, 5],
    );
    const names = await releaseNames(place);
    assert.deepEqual(
      names.filter((name) => name.startsWith("releases/")),
      ["releases/3.json", "releases/4.json", "releases/5.json"],
    );
    assert.deepEqual([...new Set(names.map((name) => name.split("/").slice(0, 2).join("/")))].slice(0, 2), [
      "kept/3",
      "kept/4",
    ]);
    assert.deepEqual(await rollBack(place), [6, 4]);
    assert.deepEqual(await rollBack(place), [7, 3]);
  });

  it("all go with keepReleases: 0", async () => {
    const place = await published("a", "b");
    await publish(place, "c", 0);
    assert.deepEqual(await releaseNames(place), []);
    assert.equal((await manifestOf(place)).release, undefined);
    await assert.rejects(place.rollBack("previous"), { code: "release-not-found" });
  });

  it("are not counted by a publish that changes nothing, and cost it no request that writes", async () => {
    const place = await published("a", "b");
    const before = await releaseNames(place);
    bench.target.server.clearRequests();
    const { report } = await publish(place, "b");
    assert.equal(report?.release?.number, 2);
    assert.deepEqual(
      bench.target.server.requests.filter(({ method }) => method !== "GET"),
      [],
    );
    assert.deepEqual(await releaseNames(place), before);
  });

  it("keep objects of equal bytes and headers once", async () => {
    const place = await bench.newPlace({});
    const same = (text: string) => ({ "index.html": "index", "a.svg": text, "b.svg": text, "c/d.svg": text });
    for (const text of ["one", "two"]) {
      place.replace(same(text));
      bench.target.server.clearRequests();
      succeeded(await place.publish({ keepReleases: 2 }));
    }
    const copies = bench.target.server.requests.filter(({ operation }) => operation === "CopyObject");
    assert.deepEqual([copies.length, copies.every(({ key }) => key?.includes("/kept/1/"))], [1, true]);
    assert.deepEqual(await rollBack(place), [3, 1]);
    for (const [name, text] of Object.entries(same("one"))) assert.equal(await place.text(name), text);
  });

  it("begin with the site that is there already", async () => {
    const place = await published();
    await publish(place, "a", 0);
    await publish(place, "b");
    assert.deepEqual(await rollBack(place), [3, 1]);
    assert.deepEqual(await shownBy(place), buildOf("a"));
  });

  it("are in a folder whose name is nowhere that visitors can read", async () => {
    const place = await published("a", "b");
    const folders = new Set((await keysOf(place)).flatMap((key) => /^\.s3-site\/([^/]+)\//.exec(key)?.[1] ?? []));
    assert.equal(folders.size, 1);
    const [folder = ""] = folders;
    assert.match(folder, /^[0-9a-f]{32}$/);
    const texts = await Promise.all((await place.names()).filter(isShown).map((name) => place.text(name)));
    assert.ok(![await place.text(MANIFEST_NAME), ...texts].some((text) => text.includes(folder)));
  });

  it("have one copy of what a publish replaces or deletes, and no copy of what stays", async () => {
    const place = await published("a");
    bench.target.server.clearRequests();
    await publish(place, "b");
    const operations = bench.target.server.requests.map(({ operation }) => operation);
    // The index and the logo; about.html stays, and the script stays for pages that are open.
    assert.equal(operations.filter((operation) => operation === "CopyObject").length, 2);
    assert.equal(operations.filter((operation) => operation === "ListObjectsV2").length, 1);
  });

  it("that lack something that somebody has deleted do not come back in part", async () => {
    const place = await published("a", "b");
    const kept = (await keysOf(place)).filter((key) => key.includes("/kept/"));
    await place.delete(kept[0] ?? "");
    const { site, report } = await place.rollBack("1");
    assert.equal(report, undefined);
    assert.deepEqual(
      site.problems.map(({ code }) => code),
      ["release-incomplete"],
    );
    assert.deepEqual(await shownBy(place), buildOf("b"));
  });

  describe("behind CloudFront", () => {
    const [id, domainName] = ["E1", "d111111abcdef8.cloudfront.net"];
    const distribution = {
      distribution: { id, invalidate: "none", waitForInvalidation: false, invalidationTimeoutMs: 0 },
    } as const;
    let controlPlane: ControlPlaneServer | undefined;

    afterEach(async () => {
      delete process.env.AWS_ENDPOINT_URL_CLOUDFRONT;
      await controlPlane?.close();
    });

    /** Where a rollback finds a site that was published with a URL, by the alternate domain names of the distribution. */
    async function foundAt(siteUrl: string, ...aliases: readonly string[]): Promise<string | undefined> {
      const place = await bench.newPlace({});
      const origin = `${place.bucketName}.s3.us-east-1.amazonaws.com`;
      controlPlane = await startControlPlane([{ id, domainName, origin, aliases }]);
      process.env.AWS_ENDPOINT_URL_CLOUDFRONT = controlPlane.url;
      for (const letter of ["a", "b"]) {
        place.replace(buildOf(letter));
        succeeded(await place.publish({ ...distribution, siteUrl: new URL(siteUrl), keepReleases: 5 }));
      }
      const { site } = succeeded(await place.rollBack("previous", distribution));
      return site.address.siteUrl?.href;
    }

    for (const alias of ["www.example.com", "*.example.com"]) {
      it(`come back under the domain of the site, which is an alias (${alias})`, async () => {
        assert.equal(await foundAt("https://www.example.com/", alias), "https://www.example.com/");
      });
    }

    it("come back under the name of the distribution where the domain is no alias any more", async () => {
      assert.equal(await foundAt("https://www.example.com/", "www.example.org"), `https://${domainName}/`);
    });

    it("come back under the name of the distribution where they were published before it", async () => {
      assert.equal(await foundAt("http://www.example.com/docs/", "www.example.com"), `https://${domainName}/`);
    });
  });

  it("are not found where the value fits none, or several", async () => {
    const place = await published("a");
    place.replace(buildOf("b"));
    await place.publish({ keepReleases: 5 }, { build: { buildNumber: "1" } });
    await assert.rejects(place.rollBack("7"), {
      code: "release-not-found",
      message:
        /^rollbackTo: "7" matches no kept release\. These can be restored: 2 \(.*\), 1 \(.*, run a, commit aaaa5a7b9c\)\.$/,
    });
    await assert.rejects(place.rollBack("1"), {
      code: "release-ambiguous",
      message: /^rollbackTo: "1" matches several releases: 2 \(.*\), 1 \(.*\)\. Enter /,
    });
  });

  it("are refused as files of the site", async () => {
    const place = await bench.newPlace({ "index.html": "home", "docs/.s3-site/a.txt": "a" });
    const { site } = await place.publish();
    assert.deepEqual(site.problems, [
      {
        input: "sourceFolder",
        code: "site-file-reserved",
        message:
          "the site has files in a folder .s3-site, where this task keeps releases: docs/.s3-site/a.txt. Rename the folder, or exclude it with the pattern !**/.s3-site/**.",
      },
    ]);
  });
});

function succeeded(result: PublishResult): PublishResult {
  assert.deepEqual([result.site.problems, result.report?.errors], [[], []], result.log.join("\n"));
  return result;
}

function isShown(name: string): boolean {
  return !name.startsWith(".s3-site");
}

/** The pages, and what each file of them is; assets of other releases are left out. */
async function shownBy(place: SitePlaceOnBench): Promise<SiteFiles> {
  const index = await place.text("index.html");
  const script = index.split(" ").at(-1) ?? "";
  const names = ["index.html", "about.html", "logo.svg", script];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await place.text(name)])));
}

async function manifestOf(place: SitePlaceOnBench) {
  return parseManifest(await place.text(MANIFEST_NAME));
}

async function keysOf(place: SitePlaceOnBench): Promise<string[]> {
  return place.names();
}

/** What the folder of the releases holds, relative to it. */
async function releaseNames(place: SitePlaceOnBench): Promise<string[]> {
  return (await keysOf(place)).flatMap((key) => /^\.s3-site\/[0-9a-f]{32}\/(.*)$/.exec(key)?.[1] ?? []);
}
