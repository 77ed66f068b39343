import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { ScanWarning } from "../../files/scan.ts";
import type { Bucket } from "../../s3/bucket.ts";

/** The context in which a plan is made. */
export interface PlanContext {
  readonly bucket: Bucket;
  readonly digester: FileDigester;
  /** Called with a message about skipped files or objects. */
  warn(warning: ScanWarning): void;
  /** Called for each file or object that was planned. */
  considered?(): void;
  readonly signal: AbortSignal;
}
