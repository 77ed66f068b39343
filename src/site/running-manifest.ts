import { isDeepStrictEqual } from "node:util";
import type { WebsiteDocuments } from "./hosting/shared-website.ts";
import type { ManifestEntry, PublishRun, ReleaseMark } from "./manifest/manifest.ts";
import type { PreparedSite } from "./plan/prepared-site.ts";
import { markDone, markUnderWay } from "./releases/release-plan.ts";
import type { ReleaseRecord } from "./releases/release-record.ts";

/** The manifest's fields besides its entries while a publish runs. */
export class RunningManifest {
  /** The documents that the publish has set. */
  website: WebsiteDocuments | undefined;
  readonly #site: PreparedSite;
  readonly #run: PublishRun;
  #release: ReleaseMark | undefined;

  constructor(site: PreparedSite, run: PublishRun) {
    this.#site = site;
    this.#run = run;
    this.website = site.manifest?.website;
    this.#release = site.releases && site.manifest?.release;
  }

  /** Whether it differs from what is in the bucket. */
  get isChanged(): boolean {
    const { website, release } = this.#site.manifest ?? {};
    return !isDeepStrictEqual([this.website, this.#release], [website, release]);
  }

  /** From now on visitors may get a mixture of releases. */
  begin(): void {
    this.#release = this.#site.releases && markUnderWay(this.#site.releases);
  }

  /** Visitors now get exactly this release; undefined changes nothing. */
  settle(release: ReleaseRecord | undefined): void {
    if (this.#site.releases && release) this.#release = markDone(this.#site.releases, release);
  }

  /** @throws what `ManifestStore.write` throws. */
  write(entries: ReadonlyMap<string, ManifestEntry>): Promise<void> {
    const { store, nowMs } = this.#site;
    return store.write({
      run: this.#run,
      writtenMs: nowMs,
      entries,
      ...(this.website ? { website: this.website } : {}),
      ...(this.#release ? { release: this.#release } : {}),
    });
  }
}
