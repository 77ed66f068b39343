import { CodedError } from "../../errors/coded-error.ts";
import type { BlockPool } from "../../files/block-pool.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { Disk } from "../../files/disk.ts";
import type { TargetFolder } from "../../files/safe-path.ts";
import type { Bucket } from "../../s3/bucket.ts";
import type { WeightedSemaphore } from "../../s3/concurrency/weighted-semaphore.ts";
import type { Encryption } from "../../s3/encryption.ts";

/** The context for fetching any object. */
export interface FetchContext {
  readonly bucket: Bucket;
  readonly target: TargetFolder;
  readonly slots: WeightedSemaphore;
  readonly digester: FileDigester;
  readonly disk: Disk;
  /** Each holds a file whole. */
  readonly smallBlocks: BlockPool;
  /** Blocks for writing. */
  readonly largeBlocks: BlockPool;
  readonly encryption: Encryption | undefined;
  /** Whether an empty folder with a file's name is removed. */
  readonly replacesEmptyFolders: boolean;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just arrived. */
  onMoved(sizeBytes: number): void;
}

/** An object, and the file that it becomes. */
export interface FetchedObject {
  readonly key: string;
  /** As it was listed. */
  readonly etag: string;
  readonly sizeBytes: number;
  /** Of the file, relative to the target. */
  readonly path: string;
}

/** The received bytes do not match the object's checksum or size. */
export class ChecksumError extends CodedError {
  override readonly name: string = "ChecksumError";

  constructor(what: string) {
    super("checksum-wrong", `the received bytes do not have the ${what} that S3 has`);
  }
}
