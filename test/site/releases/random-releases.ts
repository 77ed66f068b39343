import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { Bucket, S3Request } from "../../../src/s3/bucket.ts";
import { MANIFEST_NAME } from "../../../src/site/manifest/manifest.ts";
import type { SiteOptions } from "../../../src/site/options.ts";
import { parseRecord } from "../../../src/site/releases/release-record.ts";
import { type Random, randomFrom } from "../../random.ts";
import { DisturbedBucket, type Mishap } from "../disturbed-bucket.ts";
import { type PublishResult, SETTINGS, type SitePlaceOnBench } from "../publish-bench.ts";

/** What a bucket holds, by key. */
export type Contents = ReadonlyMap<string, { readonly text: string; readonly cacheControl: string | undefined }>;

/** A bucket in which releases come and go. */
export interface ReleaseBucket {
  readonly bucket: Bucket;
  /** Names that the site has, and all that is kept. */
  contents(): Promise<Contents> | Contents;
  /** Whether the contents are at hand at any time, so that they can be looked at after each request. */
  readonly isInMemory: boolean;
}

/** A built site, and a header of its logo. */
interface Build {
  readonly files: Readonly<Record<string, string>>;
  readonly cacheControl: string;
}

/** What was live as a whole. */
interface KnownRelease {
  readonly number: number;
  readonly content: number;
  readonly build: Build;
  readonly precededBy: number | undefined;
}

const STEPS = 10;
const DAY_MS = 86_400_000;
const CONTENTS = ["one", "two", "three"];
const HASHED_ASSETS = CONTENTS.map((content) => `app.${hash("sha256", content, "hex").slice(0, 16)}.js`);
const LOGO = "logo.svg";
const PAGES = ["about.html", "docs/index.html"];
const CACHE_CONTROLS = ["max-age=60", "max-age=120"];

/** One bucket, and what befalls it: publishes and rollbacks that end well, fail, or are killed. */
export class RandomReleases {
  readonly history: string[] = [];
  readonly #place: SitePlaceOnBench;
  readonly #random: Random;
  readonly #store: ReleaseBucket;
  readonly #bucket: DisturbedBucket;
  readonly #keepReleases: number;
  /** By their numbers, those that a record tells of. */
  #known: readonly KnownRelease[] = [];
  /** What visitors get; undefined if the last step did not end well. */
  #live: KnownRelease | undefined;
  /** What was being published when a step did not end well: a later one may find that it was live as a whole. */
  #attempts: Build[] = [];
  #contents: Contents = new Map();
  #nowMs = Date.UTC(2026, 0, 1);

  constructor(place: SitePlaceOnBench, store: ReleaseBucket, seed: number) {
    this.#place = place;
    this.#store = store;
    this.#random = randomFrom(seed);
    this.#bucket = new DisturbedBucket(store.bucket);
    this.#keepReleases = this.#random.pick([1, 2, 3, 5]);
  }

  async play(): Promise<void> {
    await this.#publish(this.#newBuild());
    for (let step = 1; step < STEPS; step++) {
      this.#nowMs += this.#random.pick([0, 0, DAY_MS, 8 * DAY_MS]);
      if (this.#random.chance(0.4)) await this.#rollBack(this.#chooseTarget());
      else await this.#publish(this.#newBuild());
    }
    await this.#bringBackAll();
  }

  async #publish(build: Build): Promise<void> {
    const mishap = this.#chooseMishap();
    const keepReleases = this.#random.pick([this.#keepReleases, this.#keepReleases, this.#keepReleases + 1]);
    this.history.push(`publish ${nameOf(build)} keeping ${keepReleases}, ${mishap.name}`);
    this.#place.replace(build.files);
    const settings = {
      ...SETTINGS,
      ruledHeadersFor: (path: string): Record<string, string> =>
        path === LOGO ? { "cache-control": build.cacheControl } : {},
    };
    const more: Partial<SiteOptions> = { keepReleases, settings, maxDelete: { kind: "count", count: 100 } };
    const result = await this.#disturbed(mishap, (surroundings) => this.#place.publish(more, surroundings));
    await this.#settle(result, build, keepReleases, undefined);
  }

  /** @param to as it is entered. */
  async #rollBack(to: string, mishap = this.#chooseMishap()): Promise<void> {
    this.history.push(`roll back to ${to}, ${mishap.name}`);
    const expected = this.#expectedFor(to);
    const result = await this.#disturbed(mishap, (surroundings) => this.#place.rollBack(to, {}, surroundings));
    const release = result?.report?.release;
    if (release && expected && to === "previous") assert.equal(release.content.number, expected.content);
    await this.#settle(result, undefined, undefined, release?.content.number);
  }

  async #disturbed(
    mishap: { readonly of: (request: S3Request) => Mishap | undefined },
    act: (surroundings: { readonly bucket: Bucket; now(): number }) => Promise<PublishResult>,
  ): Promise<PublishResult | undefined> {
    this.#bucket.restart();
    this.#bucket.mishapOf = mishap.of;
    let failure: unknown;
    if (this.#store.isInMemory)
      this.#bucket.afterRequest = ({ method }) => {
        try {
          if (method !== "GET") assertPagesAreWhole(this.#store.contents() as Contents);
        } catch (error) {
          failure ??= error;
        }
      };
    const result = await act({ bucket: this.#bucket, now: () => this.#nowMs }).catch((error: Error) => {
      this.history.push(`it failed: ${error.message}`);
      return undefined;
    });
    for (const { message } of result?.report?.errors ?? []) this.history.push(`it ended with: ${message}`);
    this.#bucket.mishapOf = () => undefined;
    if (failure) throw failure;
    this.#contents = await this.#store.contents();
    assertPagesAreWhole(this.#contents);
    return result;
  }

  /** Compares what is there with what is to be there after a step. */
  async #settle(
    result: PublishResult | undefined,
    build: Build | undefined,
    keepReleases: number | undefined,
    content: number | undefined,
  ): Promise<void> {
    const release = result?.report?.errors.length === 0 ? result.report.release : undefined;
    const before = this.#known;
    const origin = before.find((each) => each.content === content);
    const wanted = build ?? origin?.build;
    const recordsCount = this.#learnReleases(build);
    const numbers = this.#known.map(({ number }) => number);
    if (!release) {
      this.#live = undefined;
      // Pruning may have begun, but takes none away that is to stay.
      const isThere = (content: number) => this.#known.some((each) => each.content === content);
      for (const { number, content } of before.slice(keepReleases === undefined ? 0 : -keepReleases))
        assert.ok(isThere(content), `release ${number} is lost: ${numbers}`);
    } else {
      assert.ok(wanted, "a rollback leads to a release that is known");
      this.#assertShown(wanted);
      this.#live = this.#known.find(({ number }) => number === release.number);
      assert.ok(this.#live, `release ${release.number} is not recorded`);
      // What cannot be deleted is a warning, and the next publish deletes it.
      const mayStay = result?.log.some((line) => line.includes("Old releases could not be deleted"));
      if (keepReleases !== undefined && !mayStay) {
        assert.equal(recordsCount, numbers.length, `a content has two records: ${numbers}`);
        assert.ok(numbers.length <= keepReleases + 1, `too many are kept: ${numbers}`);
      }
    }
    for (const each of this.#known) this.#assertCanComeBack(each);
  }

  /**
   * Reads the records that are there; those that are new tell of what was just published, or of a release that is known.
   *
   * @returns how many there are: of those with the same content, only the newest counts.
   */
  #learnReleases(build: Build | undefined): number {
    if (build) this.#attempts.push(build);
    const records = [...this.#contents]
      .filter(([name]) => /^\.s3-site\/[0-9a-f]{32}\/releases\/\d+\.json$/.test(name))
      .map(([, { text }]) => parseRecord(text))
      .sort((one, other) => one.number - other.number);
    const byContent = new Map(this.#known.map((each) => [each.content, each]));
    const isNewest = ({ number, content }: (typeof records)[number]) =>
      !records.some((other) => other.number > number && other.content.number === content.number);
    this.#known = records.filter(isNewest).map(({ number, content, precededBy, entries }) => {
      const known = byContent.get(content.number);
      const digests = Object.fromEntries([...entries].map(([name, { sha256 }]) => [name, sha256]));
      const cacheControl = entries.get(LOGO)?.headers["cache-control"];
      const isShown = (each: Build) =>
        hasBuild(digests, each) && (!(LOGO in each.files) || cacheControl === each.cacheControl);
      const found = known ? known.build : this.#attempts.find(isShown);
      assert.ok(found && isShown(found), `release ${number} is none that was published`);
      if (known && known.number !== number) assert.equal(precededBy, known.precededBy, `what was before ${number}`);
      return { number, content: content.number, build: found, precededBy };
    });
    return records.length;
  }

  /** Each file of the release is in its place, or kept. */
  #assertCanComeBack({ number, build }: KnownRelease): void {
    const kept = new Set(
      [...this.#contents.keys()].flatMap((name) => /\/kept\/\d+\/([0-9a-f]{64})-/.exec(name)?.[1] ?? []),
    );
    for (const [name, text] of Object.entries(build.files)) {
      const isThere = this.#contents.get(name)?.text === text || kept.has(hash("sha256", text, "hex"));
      assert.ok(isThere, `${name} of release ${number} is lost`);
    }
  }

  /** Visitors get each file of the build as it is, and no page of another one. */
  #assertShown({ files, cacheControl }: Build): void {
    const shown = Object.keys(files).map((name) => [name, this.#contents.get(name)?.text]);
    assert.deepEqual(Object.fromEntries(shown), files);
    if (LOGO in files) assert.equal(this.#contents.get(LOGO)?.cacheControl, cacheControl);
    const isPage = (name: string) => name.endsWith(".html");
    assert.deepEqual([...this.#contents.keys()].filter(isPage).sort(), Object.keys(files).filter(isPage).sort());
  }

  #chooseTarget(): string {
    const { chance, pick } = this.#random;
    if (this.#known.length === 0 || chance(0.6)) return "previous";
    return String(pick(this.#known).number);
  }

  /** @returns undefined if that is not certain. */
  #expectedFor(to: string): KnownRelease | undefined {
    if (to !== "previous") return this.#known.find(({ number }) => String(number) === to);
    return this.#live && this.#known.find(({ content }) => content === this.#live?.precededBy);
  }

  #chooseMishap(): { readonly name: string; readonly of: (request: S3Request) => Mishap | undefined } {
    const { below, pick, chance } = this.#random;
    if (chance(0.5)) return WELL;
    const ends = pick<Mishap>(["ends before", "ends after"]);
    const last = below(30);
    let count = 0;
    if (chance(0.5)) return { name: `${ends} request ${last}`, of: () => (count++ === last ? ends : undefined) };
    if (chance(0.3)) return { name: `request ${last} refused`, of: () => (count++ === last ? "refused" : undefined) };
    const refused = pick([
      "kept/",
      "releases/",
      MANIFEST_NAME,
      "index.html",
      LOGO,
      ...PAGES,
      ...HASHED_ASSETS,
      "deleting",
    ]);
    const isRefused = ({ method, key }: S3Request) =>
      refused === "deleting" ? method === "POST" : method === "PUT" && key.includes(refused);
    return { name: `${refused} refused`, of: (request) => (isRefused(request) ? "refused" : undefined) };
  }

  #newBuild(): Build {
    const { pick, chance } = this.#random;
    const asset = pick(CONTENTS);
    const script = HASHED_ASSETS[CONTENTS.indexOf(asset)] as string;
    const pages = ["index.html", ...PAGES.filter(() => chance(0.6))];
    return {
      files: {
        [script]: asset,
        ...(chance(0.7) ? { [LOGO]: pick(CONTENTS) } : {}),
        ...Object.fromEntries(pages.map((name) => [name, `${pick(CONTENTS)} needs ${script}`])),
      },
      cacheControl: pick(CACHE_CONTROLS),
    };
  }

  /** In the end each release that is kept comes back, whatever befell the site before. */
  async #bringBackAll(): Promise<void> {
    if (this.#known.length === 0) return;
    for (const { content, build } of [...this.#known]) {
      // By the number of its content: its own may be gone, if the missing record of what was live is this content again.
      await this.#rollBack(String(content), WELL);
      assert.ok(this.#live, `release ${content} does not come back`);
      this.#assertShown(build);
    }
    const { precededBy } = this.#live ?? {};
    if (this.#known.some(({ content }) => content === precededBy)) await this.#rollBack("previous", WELL);
    assert.ok(this.#live);
  }
}

const WELL = { name: "well", of: () => undefined };

/** A page that is there has what it needs, and that has the bytes that its name promises. */
function assertPagesAreWhole(contents: Contents): void {
  for (const [name, { text }] of contents) {
    const needed = name.startsWith(".s3-site") ? undefined : / needs (\S+)$/.exec(text)?.[1];
    if (needed === undefined) continue;
    const content = CONTENTS[HASHED_ASSETS.indexOf(needed)];
    assert.equal(contents.get(needed)?.text, content, `${name} needs ${needed}`);
  }
}

/** Whether these are the files of a build; assets for pages that were still to be deleted may be among them. */
function hasBuild(digests: Readonly<Record<string, string>>, { files }: Build): boolean {
  const pages = (names: object) => Object.keys(names).filter((name) => name.endsWith(".html"));
  const isThere = ([name, text]: readonly [string, string]) => digests[name] === hash("sha256", text, "hex");
  return pages(digests).length === pages(files).length && Object.entries(files).every(isThere);
}

function nameOf({ files, cacheControl }: Build): string {
  return hash("sha256", JSON.stringify([files, cacheControl]), "hex").slice(0, 6);
}
