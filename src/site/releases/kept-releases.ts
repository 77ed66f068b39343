import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import { contentName, keptName, newReleasesFolder, parseReleaseName } from "./release-names.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** An object of the folder of the releases, as the listing tells of it; its name is relative to the site. */
export interface ListedRelease extends Omit<CopiedObject, "key"> {
  readonly name: string;
}

/** An object that no visitor gets any more, and that a release needs to come back. */
export interface KeptObject extends ListedRelease {
  /** Of the release that was the last one to show it: it serves this one, and those before it. */
  readonly superseded: number;
}

/** What the listing tells of the releases that a site keeps. */
export class ReleaseListing {
  /** Where records and kept objects go, relative to the site, with a `/` at its end. */
  readonly folder: string;
  /** Names of the records. */
  readonly recordNames: readonly string[];
  /** Of all that is there, records and kept objects. */
  readonly names: readonly string[];
  readonly #byContent = new Map<string, KeptObject>();

  /** @param listed all that is below the site's `.s3-site/`. */
  constructor(listed: readonly ListedRelease[]) {
    const parsed = listed.flatMap((object) => {
      const name = parseReleaseName(object.name);
      return name ? [{ object, name }] : [];
    });
    this.folder = parsed[0]?.name.folder ?? newReleasesFolder();
    this.recordNames = parsed.flatMap(({ object, name }) => (name.kind === "record" ? [object.name] : []));
    this.names = parsed.map(({ object }) => object.name);
    for (const { object, name } of parsed) {
      if (name.kind === "record") continue;
      const known = this.#byContent.get(name.object);
      if (!known || known.superseded < name.superseded)
        this.#byContent.set(name.object, { ...object, superseded: name.superseded });
    }
  }

  /** The object that is kept with these bytes and headers, for as long as any. */
  find(entry: Pick<ManifestEntry, "sha256" | "headers">): KeptObject | undefined {
    return this.#byContent.get(contentName(entry));
  }

  /** Where an object is kept that the release was the last one to show. */
  nameFor(entry: ManifestEntry, superseded: number): string {
    return keptName(this.folder, superseded, contentName(entry));
  }
}

/** The releases of a site as a publish or a rollback finds them. */
export interface ReleasesBefore {
  readonly listing: ReleaseListing;
  /** By their numbers; the one that was missing among them. */
  readonly records: readonly ReleaseRecord[];
  /** Of the manifest, which settles it: its record was never written, or is gone. */
  readonly missing?: ReleaseRecord;
  /** What visitors get as a whole; absent if that is no release, or something is under way. */
  readonly live?: ReleaseRecord;
  /** Of the last release; 0 if there was none. */
  readonly lastNumber: number;
}

/** The record with a content: there is one for each. */
export function recordOfContent(records: readonly ReleaseRecord[], content: number): ReleaseRecord | undefined {
  return records.findLast((record) => record.content.number === content);
}
