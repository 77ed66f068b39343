import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import { contentName, keptName, newReleasesFolder, parseReleaseName } from "./release-names.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** An object in the folder of the releases, as in the listing. Its name is relative to the site. */
export interface ListedRelease extends Omit<CopiedObject, "key"> {
  readonly name: string;
}

/** An object that visitors no longer get, and that a release needs for a rollback. */
export interface KeptObject extends ListedRelease {
  /** The number of the last release that showed it. It can be used for this release and earlier ones. */
  readonly superseded: number;
}

/** The kept releases of a site, as in the listing. */
export class ReleaseListing {
  /** The folder for records and kept objects, relative to the site, with a `/` at its end. */
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

  /** The kept object with these bytes and headers that is kept longest. */
  find(entry: Pick<ManifestEntry, "sha256" | "headers">): KeptObject | undefined {
    return this.#byContent.get(contentName(entry));
  }

  /** The path for a kept object that the release was the last one to show. */
  nameFor(entry: ManifestEntry, superseded: number): string {
    return keptName(this.folder, superseded, contentName(entry));
  }
}

/** The releases of a site before a publish or a rollback. */
export interface ReleasesBefore {
  readonly listing: ReleaseListing;
  /** By number, including the missing one. */
  readonly records: readonly ReleaseRecord[];
  /** The release of the manifest whose record was never written, or was deleted. */
  readonly missing?: ReleaseRecord;
  /** The release that is completely live; absent if there is none, or a publish is running. */
  readonly live?: ReleaseRecord;
  /** Of the last release; 0 if there was none. */
  readonly lastNumber: number;
}

/** The record with a content: there is one for each. */
export function recordOfContent(records: readonly ReleaseRecord[], content: number): ReleaseRecord | undefined {
  return records.findLast((record) => record.content.number === content);
}
