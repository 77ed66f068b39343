import { appendFileSync, readFileSync } from "node:fs";
import { isSamePrincipal } from "../../aws/credentials/principal.ts";
import type { ChecksumAlgorithm } from "../../checksums/algorithms.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { bestChecksumType } from "../../s3/multipart/multipart-steps.ts";
import {
  type ListedUpload,
  listParts,
  listUnfinishedUploads,
  type UnfinishedUpload,
} from "../../s3/multipart/unfinished-uploads.ts";
import type { ObjectWrite } from "../../s3/put-object.ts";
import type { BucketAccess } from "../options.ts";

/** An upload without activity for this time counts as abandoned. */
const ABANDONED_AFTER_MS = 3_600_000;
/** Finding an upload takes one or two requests. If the store needs longer than this, everything is sent. */
const MAX_LOOKUP_MS = 60_000;

/** The ids of the uploads that this job has begun, so that a step that is run again in it knows its own. */
export interface UploadJournal {
  has(uploadId: string): boolean;
  add(uploadId: string): void;
}

/** Keeps the journal in a file. If the file cannot be read or written, uploads are only resumed after an hour. */
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
        // Without it, uploads are only resumed later.
      }
    },
  };
}

export interface ResumeOptions {
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly journal: UploadJournal;
  readonly callerArn: BucketAccess["callerArn"];
  readonly signal: AbortSignal;
}

/**
 * The uploads under a step's prefix that earlier runs left unfinished. They are listed with the first question, once. If that fails in any
 * way, there are none: to go on with one saves time, and is never needed.
 */
export class UnfinishedUploads {
  readonly #options: ResumeOptions;
  #listing: Promise<Map<string, ListedUpload[]>> | undefined;

  constructor(options: ResumeOptions) {
    this.#options = options;
  }

  get journal(): UploadJournal {
    return this.#options.journal;
  }

  /**
   * Finds the upload of a key to go on with: the only one of that key, or the only one that this job has begun; stored as this step would
   * store it, either begun in this job or left alone for an hour (another run may be at it still), and not begun by another user or role.
   *
   * @returns undefined if a new one is to be begun.
   */
  async find(key: string, { checksumAlgorithm, headers }: ObjectWrite): Promise<UnfinishedUpload | undefined> {
    this.#listing ??= this.#list();
    const uploads = (await this.#listing).get(key) ?? [];
    const own = uploads.filter(({ uploadId }) => this.journal.has(uploadId));
    const [upload, ...others] = own.length > 0 ? own : uploads;
    if (!upload || others.length > 0) return undefined;
    if (upload.storageClass !== (headers["x-amz-storage-class"] ?? "STANDARD")) return undefined;
    if (!hasChecksum(upload, checksumAlgorithm)) return undefined;
    const isOwn = await this.#isOwn(upload);
    if (isOwn === false) return undefined;

    const { bucket } = this.#options;
    const { uploadId } = upload;
    const parts = await this.#ask((signal) => listParts(bucket, upload, checksumAlgorithm, signal));
    if (!parts) return undefined;
    return this.#isLeft(upload, parts) ? { uploadId, parts, isOwn: isOwn === true } : undefined;
  }

  /**
   * The abandoned uploads of a key: each was begun in this job, or is without activity for an hour, and was not begun by another user or
   * role.
   */
  async leftOf(key: string): Promise<readonly ListedUpload[]> {
    this.#listing ??= this.#list();
    const left: ListedUpload[] = [];
    for (const upload of (await this.#listing).get(key) ?? []) {
      if ((await this.#isOwn(upload)) === false) continue;
      const parts = await this.#ask((signal) => listParts(this.#options.bucket, upload, "CRC32", signal));
      if (parts && this.#isLeft(upload, parts)) left.push(upload);
    }
    return left;
  }

  #isLeft({ uploadId, initiatedMs }: ListedUpload, parts: UnfinishedUpload["parts"]): boolean {
    const lastActivityMs = Math.max(initiatedMs, ...[...parts.values()].map((part) => part.lastModifiedMs));
    return this.journal.has(uploadId) || Date.now() - lastActivityMs > ABANDONED_AFTER_MS;
  }

  /** @returns undefined if it is not known who began it, or who this step is. */
  async #isOwn({ uploadId, initiatorArn }: ListedUpload): Promise<boolean | undefined> {
    const { journal, callerArn } = this.#options;
    if (journal.has(uploadId)) return true;
    const caller = initiatorArn === undefined ? undefined : await callerArn?.();
    return caller === undefined || initiatorArn === undefined ? undefined : isSamePrincipal(initiatorArn, caller);
  }

  async #list(): Promise<Map<string, ListedUpload[]>> {
    const { bucket, prefix } = this.#options;
    const uploads = await this.#ask((signal) => listUnfinishedUploads(bucket, prefix, signal));
    const byKey = new Map<string, ListedUpload[]>();
    for (const upload of uploads ?? []) {
      const ofKey = byKey.get(upload.key);
      if (ofKey) ofKey.push(upload);
      else byKey.set(upload.key, [upload]);
    }
    return byKey;
  }

  /** @returns undefined if there is no useful answer in time. */
  async #ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#options;
    try {
      return await question(AbortSignal.any([signal, AbortSignal.timeout(MAX_LOOKUP_MS)]));
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}

/** Whether an upload has this step's checksums, as far as the store shows it. */
function hasChecksum({ checksumAlgorithm, checksumType }: ListedUpload, wanted: ChecksumAlgorithm | "none"): boolean {
  if (checksumAlgorithm === undefined) return true;
  if (wanted === "none" || checksumAlgorithm !== wanted) return false;
  return checksumType === undefined || checksumType === bestChecksumType(wanted);
}
