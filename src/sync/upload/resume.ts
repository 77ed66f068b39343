import { appendFileSync, readFileSync } from "node:fs";
import { ServiceError } from "../../aws/errors/errors.ts";
import type { ChecksumAlgorithm } from "../../checksums/algorithms.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { checksumTypeOf } from "../../s3/multipart/multipart-steps.ts";
import {
  type ListedUpload,
  listParts,
  listUnfinishedUploads,
  type UnfinishedUpload,
} from "../../s3/multipart/unfinished-uploads.ts";
import type { ObjectWrite } from "../../s3/put-object.ts";

/** An upload on which nothing has happened for so long is nobody's any more. */
const ABANDONED_AFTER_MS = 3_600_000;

/** The ids of the uploads that this job has begun, so that a step that is run again in it knows its own. */
export interface UploadJournal {
  has(uploadId: string): boolean;
  add(uploadId: string): void;
}

/** Keeps a journal in a file. A file that cannot be read or written is none: the uploads are then resumed an hour later. */
export function openJournal(path: string): UploadJournal {
  const ids = new Set<string>();
  try {
    for (const id of readFileSync(path, "utf8").split("\n")) ids.add(id);
  } catch {
    // The first run in this job.
  }
  return {
    has: (uploadId) => ids.has(uploadId),
    add(uploadId) {
      try {
        appendFileSync(path, `${uploadId}\n`);
      } catch {
        // Without it, only an early resume is lost.
      }
    },
  };
}

/**
 * The uploads under a step's prefix that earlier runs left unfinished. They are listed with the first question, once, and where that is
 * not allowed there are none.
 */
export class UnfinishedUploads {
  readonly #bucket: Bucket;
  readonly #prefix: string;
  readonly #signal: AbortSignal;
  readonly journal: UploadJournal;
  #listing: Promise<Map<string, ListedUpload[]>> | undefined;

  constructor(bucket: Bucket, prefix: string, journal: UploadJournal, signal: AbortSignal) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#signal = signal;
    this.journal = journal;
  }

  /**
   * Finds the upload of a key to go on with: the only one of that key, stored as this step would store it, and either begun in this job or
   * left alone for an hour (another run may be at it still).
   *
   * @returns undefined where a new one is to be begun.
   */
  async find(key: string, { checksumAlgorithm, headers }: ObjectWrite): Promise<UnfinishedUpload | undefined> {
    this.#listing ??= this.#list();
    const uploads = (await this.#listing).get(key) ?? [];
    const [upload] = uploads;
    if (!upload || uploads.length > 1) return undefined;
    if (upload.storageClass !== (headers["x-amz-storage-class"] ?? "STANDARD")) return undefined;
    if (!hasChecksum(upload, checksumAlgorithm)) return undefined;

    const parts = await orNothing(listParts(this.#bucket, upload, checksumAlgorithm, this.#signal), undefined);
    if (!parts) return undefined;
    return this.#isLeft(upload, parts) ? { uploadId: upload.uploadId, parts } : undefined;
  }

  /** The uploads of a key that nobody goes on with: each was begun in this job, or left alone for an hour. */
  async leftOf(key: string): Promise<readonly ListedUpload[]> {
    this.#listing ??= this.#list();
    const left: ListedUpload[] = [];
    for (const upload of (await this.#listing).get(key) ?? []) {
      const parts = await orNothing(listParts(this.#bucket, upload, "CRC32", this.#signal), undefined);
      if (parts && this.#isLeft(upload, parts)) left.push(upload);
    }
    return left;
  }

  #isLeft({ uploadId, initiatedMs }: ListedUpload, parts: UnfinishedUpload["parts"]): boolean {
    const lastActivityMs = Math.max(initiatedMs, ...[...parts.values()].map((part) => part.lastModifiedMs));
    return this.journal.has(uploadId) || Date.now() - lastActivityMs > ABANDONED_AFTER_MS;
  }

  async #list(): Promise<Map<string, ListedUpload[]>> {
    const uploads = await orNothing(listUnfinishedUploads(this.#bucket, this.#prefix, this.#signal), []);
    const byKey = new Map<string, ListedUpload[]>();
    for (const upload of uploads) byKey.set(upload.key, [...(byKey.get(upload.key) ?? []), upload]);
    return byKey;
  }
}

/** Whether an upload has the checksums that this step gives, as far as the store tells. */
function hasChecksum({ checksumAlgorithm, checksumType }: ListedUpload, wanted: ChecksumAlgorithm | "none"): boolean {
  if (checksumAlgorithm === undefined) return true;
  if (wanted === "none" || checksumAlgorithm !== wanted) return false;
  return checksumType === undefined || checksumType === checksumTypeOf(wanted);
}

/** What S3 refuses to list cannot be resumed, and that is all. */
function orNothing<T, N>(listing: Promise<T>, nothing: N): Promise<T | N> {
  return listing.catch((error: unknown) => {
    if (error instanceof ServiceError) return nothing;
    throw error;
  });
}
