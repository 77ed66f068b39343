import assert from "node:assert/strict";
import { createHash, hash } from "node:crypto";
import type { S3Request } from "../../src/s3/bucket.ts";
import { MANIFEST_NAME } from "../../src/site/manifest/manifest.ts";
import { amount } from "../amounts.ts";
import { type Random, randomFrom } from "../random.ts";
import { DisturbedBucket, type Mishap } from "./disturbed-bucket.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { publishBench, type SiteFiles, type SitePlaceOnBench } from "./publish-bench.ts";

const RUNS = amount(200, 15);
const STEPS = 10;
const DAY_MS = 86_400_000;
/** So few names and contents that they come back again and again. */
const PAGES = ["about.html", "docs/index.html"];
const PLAIN_ASSETS = ["logo.svg", "style.css"];
const CONTENTS = ["one", "two"];
const HASHED_ASSETS = CONTENTS.map((content) => `app.${hash("sha256", content, "hex").slice(0, 16)}.js`);

describe("random publishes", function () {
  this.timeout(600_000);
  const bench = publishBench();

  it(`show visitors what was published, and never a page without what it needs (${RUNS * (STEPS + 3)} of them)`, async () => {
    const place = await bench.newPlace({});
    for (let seed = 1; seed <= RUNS; seed++) {
      const run = new RandomRun(place, seed);
      try {
        await run.play();
      } catch (error) {
        throw new Error(`seed ${seed}: ${run.history.join("; ")}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});

/** One bucket, and what befalls it. */
class RandomRun {
  readonly history: string[] = [];
  readonly #place: SitePlaceOnBench;
  readonly #random: Random;
  readonly #memory = new MemoryBucket();
  readonly #bucket = new DisturbedBucket(this.#memory);
  readonly #keepRemovedDays: number;
  /** What others have stored, by its name: it is theirs, unless the site has a file of that name. */
  readonly #foreign = new Map<string, string>();
  /** Every other run has so few files that the same one is meant again and again. */
  readonly #pages: readonly string[];
  readonly #plainAssets: readonly string[];
  /** Names that a publish which failed was about to store, and how many have to succeed until none may be storing them any more. */
  readonly #claimed = new Map<string, number>();
  #site: SiteFiles = {};
  #nowMs = Date.UTC(2026, 0, 1);
  #foreignCount = 0;

  constructor(place: SitePlaceOnBench, seed: number) {
    this.#place = place;
    this.#random = randomFrom(seed);
    this.#pages = seed % 2 === 0 ? PAGES : [];
    this.#plainAssets = seed % 2 === 0 ? PLAIN_ASSETS : PLAIN_ASSETS.slice(0, 1);
    this.#keepRemovedDays = this.#random.pick([0, 3, 9, 9]);
  }

  async play(): Promise<void> {
    this.#site = this.#newBuild();
    const builds = [this.#site];
    for (let step = 0; step < STEPS; step++) {
      this.#nowMs += this.#random.pick([0, 0, 0, DAY_MS, 4 * DAY_MS]);
      this.#site = this.#random.chance(0.25) ? this.#random.pick(builds) : this.#edited();
      builds.push(this.#site);
      const isDone = await this.#publish();
      this.#noteClaims(isDone);
      this.#giveUpReplaced();
      this.#assertPagesAreWhole();
      if (isDone) this.#assertPublished();
      if (isDone && this.#random.chance(0.3)) this.#meddle();
    }
    await this.#assertCleanInTheEnd();
  }

  /** @returns whether it succeeded. */
  async #publish(): Promise<boolean> {
    const mishap = this.#chooseMishap();
    this.history.push(`publish ${nameOf(this.#site)}, ${mishap.name}`);
    this.#bucket.restart();
    this.#bucket.mishapOf = mishap.of;
    this.#place.replace(this.#site);
    const more = {
      keepRemovedDays: this.#keepRemovedDays,
      concurrency: this.#random.pick([1, 4]),
      maxDelete: { kind: "count", count: 100 },
    } as const;
    const surroundings = { bucket: this.#bucket, now: () => this.#nowMs };
    const result = await this.#place.publish(more, surroundings).catch(() => undefined);
    this.#bucket.mishapOf = () => undefined;
    return result?.report?.errors.length === 0;
  }

  #chooseMishap(): { readonly name: string; readonly of: (request: S3Request) => Mishap | undefined } {
    const { below, pick, chance } = this.#random;
    const ends = pick<Mishap>(["ends before", "ends after"]);
    const last = below(16);
    let count = 0;
    if (chance(0.45)) return { name: "well", of: () => undefined };
    if (chance(0.5)) return { name: `${ends} request ${last}`, of: () => (count++ === last ? ends : undefined) };
    if (chance(0.2))
      return { name: "deleting refused", of: ({ method }) => (method === "POST" ? "refused" : undefined) };
    const names = Object.keys(this.#site);
    const refused = pick([...names, ...this.#plainAssets, ...this.#plainAssets, MANIFEST_NAME]);
    return {
      name: `${refused} refused`,
      of: ({ method, key }) => (method === "PUT" && key === refused ? "refused" : undefined),
    };
  }

  #newBuild(): SiteFiles {
    const { pick, chance } = this.#random;
    const asset = pick(CONTENTS);
    const hashed = HASHED_ASSETS[CONTENTS.indexOf(asset)] as string;
    const plain = this.#plainAssets.filter(() => chance(0.6)).map((name) => [name, pick(CONTENTS)] as const);
    const pages = ["index.html", ...this.#pages.filter(() => chance(0.6))];
    return {
      [hashed]: asset,
      ...Object.fromEntries(plain),
      ...Object.fromEntries(pages.map((name) => [name, `${pick(CONTENTS)} needs ${hashed}`])),
    };
  }

  /** The site of before with another plain asset, or without one of its files. */
  #edited(): SiteFiles {
    const { pick, chance } = this.#random;
    const name = pick(this.#plainAssets);
    if (chance(0.5)) return { ...this.#site, [name]: pick(CONTENTS) };
    const removed = pick([name, name, name, ...this.#pages]);
    return Object.fromEntries(Object.entries(this.#site).filter(([each]) => each !== removed));
  }

  /** Somebody else stores something: beside the site, or in the place of one of its files. */
  #meddle(): void {
    const { chance, pick } = this.#random;
    const name = chance(0.5) ? `theirs-${this.#foreignCount}.txt` : pick([...PAGES, ...PLAIN_ASSETS]);
    const content = `theirs ${this.#foreignCount++}`;
    const stored = this.#memory.objects.get(name);
    // What a broken publish may have left, or may still be storing, is not known to be theirs or ours.
    const isLeft = stored !== undefined && !this.#foreign.has(name);
    if (!(name in this.#site) && (isLeft || this.#claimed.has(name))) return;
    this.history.push(`somebody stores ${name}`);
    this.#foreign.set(name, content);
    this.#memory.objects.set(name, { bytes: Buffer.from(content), headers: {} });
  }

  #noteClaims(isDone: boolean): void {
    if (!isDone) for (const name of Object.keys(this.#site)) this.#claimed.set(name, 2);
    else
      for (const [name, left] of this.#claimed)
        left > 1 ? this.#claimed.set(name, left - 1) : this.#claimed.delete(name);
  }

  /** What others have stored is the site's as soon as a publish has stored its own file there. */
  #giveUpReplaced(): void {
    for (const [name, content] of this.#foreign) {
      const isReplaced = this.#memory.objects.get(name)?.bytes.toString() !== content;
      if (name in this.#site && isReplaced) this.#foreign.delete(name);
    }
  }

  /** A page that is there has what it needs, and that has the bytes that its name promises. */
  #assertPagesAreWhole(): void {
    for (const [name, { bytes }] of this.#memory.objects) {
      const [, needed] = / needs (\S+)$/.exec(bytes.toString()) ?? [];
      if (needed === undefined) continue;
      const content = CONTENTS[HASHED_ASSETS.indexOf(needed)];
      assert.equal(this.#memory.objects.get(needed)?.bytes.toString(), content, `${name} needs ${needed}`);
    }
  }

  /** After success, visitors get each file of the site as it is, and nothing of anybody else is gone. */
  #assertPublished(): void {
    for (const name of Object.keys(this.#site)) this.#foreign.delete(name);
    const wanted = { ...this.#site, ...Object.fromEntries(this.#foreign) };
    const shown = Object.keys(wanted).map((name) => [name, this.#memory.objects.get(name)?.bytes.toString()]);
    assert.deepEqual(Object.fromEntries(shown), wanted);
  }

  /** Whatever went wrong, in the end nothing is left but the site and what others have stored. */
  async #assertCleanInTheEnd(): Promise<void> {
    for (let times = 0; times < 3; times++) {
      this.#nowMs += (this.#keepRemovedDays + 1) * DAY_MS;
      this.#bucket.restart();
      this.#place.replace(this.#site);
      const more = {
        keepRemovedDays: this.#keepRemovedDays,
        maxDelete: { kind: "count", count: 100 },
      } as const;
      const { report } = await this.#place.publish(more, { bucket: this.#bucket, now: () => this.#nowMs });
      assert.deepEqual(report?.errors, []);
    }
    this.#assertPublished();
    const names = [...this.#memory.objects.keys()].filter((name) => name !== MANIFEST_NAME);
    assert.deepEqual(names.sort(), [...Object.keys(this.#site), ...this.#foreign.keys()].sort());
  }
}

function nameOf(site: SiteFiles): string {
  return createHash("sha256").update(JSON.stringify(site)).digest("hex").slice(0, 6);
}
