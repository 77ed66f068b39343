import type { LocalFile } from "../files/scan.ts";
import { MAX_OBJECT_SIZE_BYTES } from "../s3/part-size.ts";

/** One thing that a step will do. */
export interface PutAction {
  readonly kind: "put";
  /** The file, relative to the scanned folder, with `/` between its names. */
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
}

/** A file that S3 cannot take, and why. */
export interface PlanProblem {
  readonly path: string;
  readonly reason: string;
}

export interface Plan {
  readonly actions: readonly PutAction[];
  readonly problems: readonly PlanProblem[];
  readonly totalBytes: number;
}

/** "Object key name" in the Amazon S3 User Guide: at most 1,024 bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/**
 * Decides what becomes of each file: here, that it is put under the prefix.
 *
 * @param prefix the key prefix, empty or with a `/` at its end.
 */
export function planUpload(files: Iterable<LocalFile>, prefix: string): Plan {
  const actions: PutAction[] = [];
  const problems: PlanProblem[] = [];
  let totalBytes = 0;
  for (const { path, sizeBytes } of files) {
    const key = prefix + path;
    const reason = refuse(key, sizeBytes);
    if (reason) problems.push({ path, reason });
    else actions.push({ kind: "put", path, key, sizeBytes });
    totalBytes += sizeBytes;
  }
  return { actions, problems, totalBytes };
}

function refuse(key: string, sizeBytes: number): string | undefined {
  const keyBytes = key.length * 3 > MAX_KEY_BYTES ? Buffer.byteLength(key) : 0;
  if (keyBytes > MAX_KEY_BYTES) return `its key would have ${keyBytes} bytes, and S3 takes ${MAX_KEY_BYTES} at most`;
  if (sizeBytes > MAX_OBJECT_SIZE_BYTES) return "it is larger than the 48.8 TiB that S3 takes";
  return undefined;
}
