import { KeyIndex } from "./key-index.ts";
import type { ObjectVersion, StoredObject } from "./object-version.ts";

/** The objects of one bucket in all their versions, found by key and listed in order. */
export class ObjectTable {
  /** The keys whose current version is an object. */
  readonly keys = new KeyIndex();
  /** The keys that have any version, if only a delete marker. */
  readonly versionedKeys = new KeyIndex();
  /** The versions of each key, the current one first; no list is empty. */
  readonly #versions = new Map<string, readonly ObjectVersion[]>();

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** The current version, where it is an object. */
  get(key: string): StoredObject | undefined {
    const current = this.versions(key)[0];
    return current?.kind === "object" ? current : undefined;
  }

  /** All versions of a key, the current one first. */
  versions(key: string): readonly ObjectVersion[] {
    return this.#versions.get(key) ?? [];
  }

  /**
   * Adds a version, which becomes the current one.
   * @returns the version with the same id that it replaces
   */
  add(version: ObjectVersion): ObjectVersion | undefined {
    const { key, versionId } = version;
    const versions = this.versions(key);
    this.#set(key, [version, ...versions.filter((other) => other.versionId !== versionId)]);
    return versions.find((other) => other.versionId === versionId);
  }

  /** Puts a version with other properties in the place of the one with its id. */
  update(object: StoredObject): void {
    const { key, versionId } = object;
    this.#set(
      key,
      this.versions(key).map((version) => (version.versionId === versionId ? object : version)),
    );
  }

  /**
   * Removes a version; the one before it becomes the current one.
   * @returns the version that was there
   */
  remove(key: string, versionId: string): ObjectVersion | undefined {
    const versions = this.versions(key);
    const removed = versions.find((version) => version.versionId === versionId);
    if (removed !== undefined) {
      this.#set(
        key,
        versions.filter((version) => version !== removed),
      );
    }
    return removed;
  }

  #set(key: string, versions: readonly ObjectVersion[]): void {
    const wasObject = this.get(key) !== undefined;
    const wasThere = this.#versions.has(key);
    if (versions.length > 0) this.#versions.set(key, versions);
    else this.#versions.delete(key);
    changeIndex(this.keys, key, wasObject, versions[0]?.kind === "object");
    changeIndex(this.versionedKeys, key, wasThere, versions.length > 0);
  }
}

function changeIndex(index: KeyIndex, key: string, was: boolean, is: boolean): void {
  if (is && !was) index.add(key);
  if (was && !is) index.remove(key);
}
