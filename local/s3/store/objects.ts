import type { ChecksumAlgorithm, ChecksumType } from "../body/checksum-algorithms.ts";
import type { Body } from "./bodies.ts";
import { KeyIndex } from "./key-index.ts";

/** A checksum that an object keeps. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** base64; for a composite one followed by `-` and the number of parts */
  readonly value: string;
  readonly type: ChecksumType;
}

/** A part of an object that was uploaded in parts. */
export interface ObjectPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** base64 of the part's checksum, of the object's algorithm */
  readonly checksum: string | undefined;
}

export interface StoredObject {
  readonly key: string;
  readonly body: Body;
  readonly sizeBytes: number;
  /** Without quotation marks. */
  readonly etag: string;
  /** Whole seconds, as S3 keeps it. */
  readonly lastModified: Date;
  readonly storageClass: string;
  /** System headers and `x-amz-meta-*`, as they are answered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: ObjectChecksum | undefined;
  /** In order; undefined for an object that was put in one go. */
  readonly parts: readonly ObjectPart[] | undefined;
}

/** The objects of one bucket, found by key and listed in order. */
export class ObjectTable {
  readonly keys = new KeyIndex();
  readonly #objects = new Map<string, StoredObject>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** @returns the object that was replaced */
  put(object: StoredObject): StoredObject | undefined {
    const previous = this.#objects.get(object.key);
    if (previous === undefined) this.keys.add(object.key);
    this.#objects.set(object.key, object);
    return previous;
  }

  /** @returns the object that was there */
  delete(key: string): StoredObject | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#objects.delete(key);
    this.keys.remove(key);
    return previous;
  }
}
