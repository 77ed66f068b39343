import { BlockPool } from "../../files/block-pool.ts";
import { WRITE_BYTES } from "../../files/byte-sink.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import { Disk } from "../../files/disk.ts";
import type { TargetFolder } from "../../files/safe-path.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { WeightedSemaphore } from "../../s3/concurrency/weighted-semaphore.ts";
import type { DownloadOptions } from "../options.ts";
import type { TransferObserver } from "../report.ts";
import type { FetchContext } from "./fetched-object.ts";

/** The context of a download. */
export interface DownloadTools {
  readonly bucket: Bucket;
  readonly digester: FileDigester;
  readonly observer: TransferObserver;
  readonly signal: AbortSignal;
}

/** The context for fetching objects to a folder. */
export function fetchContextOf(
  { concurrency, encryption, deleteExtra }: DownloadOptions,
  tools: DownloadTools,
  target: TargetFolder,
): FetchContext {
  return {
    ...tools,
    target,
    slots: new WeightedSemaphore(concurrency),
    disk: new Disk(),
    smallBlocks: new BlockPool(),
    largeBlocks: new BlockPool(WRITE_BYTES),
    encryption,
    replacesEmptyFolders: deleteExtra,
    onMoved: (sizeBytes) => tools.observer.moved(sizeBytes),
  };
}
