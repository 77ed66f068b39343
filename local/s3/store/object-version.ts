import type { ChecksumAlgorithm, ChecksumType } from "../body/checksum-algorithms.ts";
import type { Body } from "./bodies.ts";
import type { Encryption } from "./encryption.ts";
import type { Grant } from "./grants.ts";

/** The id of a version that was written while its bucket did not keep versions. */
export const nullVersionId = "null";

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

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What a request says of an object when it puts, copies or begins to upload it. */
export interface ObjectProperties {
  /** System headers and `x-amz-meta-*`, as they are answered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly tags: readonly Tag[];
  readonly encryption: Encryption;
  readonly grants: readonly Grant[];
}

/** A version of a key that has content. */
export interface StoredObject extends ObjectProperties {
  readonly kind: "object";
  readonly key: string;
  readonly versionId: string;
  readonly body: Body;
  readonly sizeBytes: number;
  /** Without quotation marks. */
  readonly etag: string;
  /** Of the bytes, whatever the ETag is; undefined for an object that was uploaded in parts. */
  readonly md5: Buffer | undefined;
  /** Whole seconds, as S3 keeps it. */
  readonly lastModified: Date;
  readonly checksum: ObjectChecksum | undefined;
  /** In order; undefined for an object that was put in one go. */
  readonly parts: readonly ObjectPart[] | undefined;
}

/** A version of a key that says that the object was deleted. */
export interface DeleteMarker {
  readonly kind: "deleteMarker";
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: Date;
}

export type ObjectVersion = StoredObject | DeleteMarker;
