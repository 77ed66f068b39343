import type { ArchiveEntry } from "../../archive/archive-entry.ts";
import type { Plan, PutAction } from "../plan/plan.ts";

/** The metadata with the archive's `contentHash`, which shows whether its files are the same. */
export const CONTENT_HASH_HEADER = "x-amz-meta-archive-content-sha256";

/** Stores an archive. */
export interface ArchivePutAction extends PutAction {
  /** The size of its files until the archive is written, because the compressed size is not known before. */
  sizeBytes: number;
}

/** The properties of a written archive. */
export interface WrittenArchive {
  readonly sizeBytes: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** The plan of a step for its archive. */
export interface ArchivePlan extends Plan {
  /** In the order of their names. */
  readonly entries: readonly ArchiveEntry[];
  /** In hex. */
  readonly contentSha256: string;
  /** The existing object; undefined if there is none, or if it was not looked up. */
  readonly existing: ExistingArchive | undefined;
  /** Set if the archive had to be written although it is not sent. */
  readonly written: WrittenArchive | undefined;
}

/** An object made from the same files. */
export interface ExistingArchive {
  readonly sizeBytes: number;
  readonly versionId: string | undefined;
}
