import type { ArchiveEntry } from "../../archive/archive-entry.ts";
import type { Plan, PutAction } from "../plan/plan.ts";

/** The metadata that tells whether an archive is of the same files: `contentHash`. */
export const CONTENT_HASH_HEADER = "x-amz-meta-archive-content-sha256";

/** Stores an archive. */
export interface ArchivePutAction extends PutAction {
  /** Until the archive is written, what its files have: only then it shows how far they can be compressed. */
  sizeBytes: number;
}

/** What an archive has, once it is written. */
export interface WrittenArchive {
  readonly sizeBytes: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** What a step does about its archive. */
export interface ArchivePlan extends Plan {
  /** In the order of their names. */
  readonly entries: readonly ArchiveEntry[];
  /** In hex. */
  readonly contentSha256: string;
  /** The object that is there; undefined if there is none, or nobody looked. */
  readonly existing: ExistingArchive | undefined;
  /** Known where the archive had to be written, though it is not sent. */
  readonly written: WrittenArchive | undefined;
}

/** An object that is of the same files. */
export interface ExistingArchive {
  readonly sizeBytes: number;
  readonly versionId: string | undefined;
}
