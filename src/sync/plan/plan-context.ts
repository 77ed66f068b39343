import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { ScanWarning } from "../../files/scan.ts";
import type { Bucket } from "../../s3/bucket.ts";

/** What a plan is made with. */
export interface PlanContext {
  readonly bucket: Bucket;
  readonly digester: FileDigester;
  /** Told of what is left out. */
  warn(warning: ScanWarning): void;
  /** Called for each file or object that the plan has come to. */
  considered?(): void;
  readonly signal: AbortSignal;
}
