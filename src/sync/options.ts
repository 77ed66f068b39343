import type { ArchiveSettings } from "../archive/archive-entry.ts";
import type { CredentialSource } from "../aws/credentials/credentials.ts";
import type { Store } from "../aws/endpoint.ts";
import type { ChecksumAlgorithm } from "../checksums/algorithms.ts";
import type { PathPatterns } from "../files/patterns.ts";
import type { Encryption } from "../s3/encryption.ts";

/** The bucket of a step, and how requests to it are made. */
export interface BucketAccess {
  readonly bucketName: string;
  readonly store: Store;
  readonly credentials: CredentialSource;
  /** The ARN of the user or role session of the credentials. Undefined or absent if not known. */
  readonly callerArn?: () => Promise<string | undefined>;
  /** The account that must own the bucket: 12 digits. */
  readonly expectedBucketOwner?: string;
  readonly requesterPays: boolean;
}

/** What becomes of something that exists at the target. */
export type Overwrite = "changed" | "always" | "never" | "error";

/** How `changed` is decided. */
export type CompareBy = "checksum" | "sizeAndTime" | "size";

/** The most that a step may delete: a count, or a share of what is under the target. */
export type DeleteLimit =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "share"; readonly percent: number };

/** A job's share of the work if the job runs several times in parallel (`strategy: parallel`). */
export interface Shard {
  /** From 1 to `total`. */
  readonly position: number;
  readonly total: number;
}

/** The options of both directions. */
export interface TransferOptions {
  readonly access: BucketAccess;
  readonly patterns: PathPatterns;
  readonly flattenFolders: boolean;
  readonly overwrite: Overwrite;
  readonly compareBy: CompareBy;
  readonly deleteExtra: boolean;
  readonly maxDelete: DeleteLimit;
  readonly dryRun: boolean;
  readonly ifNoFilesFound: "error" | "warn" | "ignore";
  /** The number of requests at once; absent for the automatic number. */
  readonly concurrency?: number;
  readonly shard?: Shard;
  /** The encryption settings. A download only uses a customer's key. */
  readonly encryption?: Encryption;
}

export interface UploadOptions extends TransferOptions {
  /** Absolute path of a folder or a file. */
  readonly source: string;
  /** The key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
  readonly settings: ObjectSettings;
  readonly followSymlinks: boolean;
  readonly partSizeBytes?: number;
  readonly createBucket: boolean;
  /** Set if all files become one object. */
  readonly archive?: ArchiveOptions;
}

/** The object that the files become. */
export interface ArchiveOptions extends ArchiveSettings {
  /** What follows the prefix in its key. */
  readonly name: string;
}

export interface DownloadOptions extends TransferOptions {
  /** What keys start with: `abc`, `abc/` or empty. A prefix, or the key of a single object. */
  readonly source: string;
  /** Absolute path of the folder to download to. */
  readonly target: string;
  /** Whether a file's path below the target is its whole key, instead of the part after the prefix. */
  readonly keepPrefix: boolean;
  /** Set if archives are extracted instead of stored as files. */
  readonly extract?: ExtractOptions;
}

export interface ExtractOptions {
  /** The most that the files of one archive may have together. */
  readonly maxBytes: number;
}

/** One rule of an input that gives headers by pattern. */
export interface SettingRule {
  readonly input: "headers" | "cacheControl";
  /** Where it starts, from 1. */
  readonly line: number;
  readonly patterns: PathPatterns;
}

/** The settings of the objects that a step stores. */
export interface ObjectSettings {
  /**
   * The headers that the inputs name for a file, by its path relative to the source folder: lower-case names, as they go on
   * the wire (`cache-control`, `content-type`, `x-amz-meta-*`, `x-amz-storage-class`, `x-amz-website-redirect-location`, …).
   * A content type that is only guessed is not among them.
   */
  headersFor(path: string): Readonly<Record<string, string>>;
  readonly rules: readonly SettingRule[];
  /** Undefined if the inputs have no tags. */
  readonly tags: ReadonlyMap<string, string> | undefined;
  /** A canned ACL, for example `public-read`. */
  readonly cannedAcl: string | undefined;
  readonly checksumAlgorithm: ChecksumChoice;
}

/** `auto` is the default checksum, or none if the store refuses it. */
export type ChecksumChoice = ChecksumAlgorithm | "auto" | "none";
