import type { KnownBody } from "./bodies.ts";

/** An object, of which no more is kept than it takes to answer for it. */
export interface NullObject {
  readonly sizeBytes: number;
  /** Without quotation marks. */
  readonly etag: string;
  readonly modified: Date;
  /** What comes back with HEAD and GET as it came: content type, metadata, checksums. */
  readonly headers: string;
  /** Undefined if it is the pattern. */
  readonly content: Buffer | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly object: NullObject;
}

const GENERATED_BUCKET = /^(generated|scattered)-(\d+)$/;
/** Of no number of objects a multiple of ten: it makes an order in which each comes once. */
const SCATTERING_PRIME = 611_953;
const GENERATED_FOLDER_SIZE = 1000;

/**
 * Buckets come into being when something is put there; `generated-1000000` has so many objects that nobody has put there, and
 * `scattered-1000000` lists them in an order that is not that of their keys.
 */
export class Buckets {
  readonly #objects = new Map<string, Map<string, NullObject>>();
  readonly #sortedKeys = new Map<string, string[]>();

  put(bucket: string, key: string, object: NullObject): void {
    const objects = this.#objects.get(bucket) ?? new Map<string, NullObject>();
    this.#objects.set(bucket, objects);
    if (!objects.has(key)) this.#sortedKeys.delete(bucket);
    objects.set(key, object);
  }

  get(bucket: string, key: string): NullObject | undefined {
    return this.#objects.get(bucket)?.get(key);
  }

  delete(bucket: string, key: string): void {
    if (this.#objects.get(bucket)?.delete(key)) this.#sortedKeys.delete(bucket);
  }

  /** The objects under a prefix in the order of their keys, from the given index on, and whether there are more. */
  list(bucket: string, prefix: string, start: number, count: number): { listed: ListedObject[]; hasMore: boolean } {
    const [, order, total] = GENERATED_BUCKET.exec(bucket) ?? [];
    if (total !== undefined) return listGenerated(Number(total), start, count, order === "scattered");
    const objects = this.#objects.get(bucket) ?? new Map<string, NullObject>();
    const keys = this.#keysOf(bucket, objects).filter((key) => key.startsWith(prefix));
    const listed = keys.slice(start, start + count).map((key) => ({ key, object: objects.get(key) as NullObject }));
    return { listed, hasMore: start + count < keys.length };
  }

  #keysOf(bucket: string, objects: ReadonlyMap<string, NullObject>): string[] {
    const keys = this.#sortedKeys.get(bucket) ?? [...objects.keys()].sort();
    this.#sortedKeys.set(bucket, keys);
    return keys;
  }
}

/** The object that a body becomes. */
export function objectOf({ sizeBytes, md5, content }: KnownBody, headers: string): NullObject {
  return { sizeBytes, etag: md5.toString("hex"), modified: new Date(), headers, content };
}

const generatedObject: NullObject = {
  sizeBytes: 12_345,
  etag: "d41d8cd98f00b204e9800998ecf8427e",
  modified: new Date("2026-01-01T00:00:00Z"),
  headers: "",
  content: undefined,
};

function listGenerated(
  total: number,
  start: number,
  count: number,
  isScattered: boolean,
): { listed: ListedObject[]; hasMore: boolean } {
  const listed = Array.from({ length: Math.min(count, total - start) }, (_, offset) => {
    const index = isScattered ? ((start + offset) * SCATTERING_PRIME) % total : start + offset;
    const [folder, file] = [Math.floor(index / GENERATED_FOLDER_SIZE), index].map((number) =>
      String(number).padStart(7, "0"),
    );
    return { key: `folder-${folder}/file-${file}.bin`, object: generatedObject };
  });
  return { listed, hasMore: start + count < total };
}
