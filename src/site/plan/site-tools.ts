import type { ErrorCode } from "../../errors/error-codes.ts";
import type { Transport } from "../../http/transport.ts";
import type { Bucket } from "../../s3/bucket.ts";
import type { PlanContext } from "../../sync/plan/plan-context.ts";
import type { PublishRun } from "../manifest/manifest.ts";
import type { ReleaseRun } from "../releases/release-record.ts";

/** Writes to the step's log. */
export interface SiteLog {
  info(message: string): void;
  warning(code: ErrorCode, message: string): void;
}

export interface SiteTools extends PlanContext {
  /** For requests to visitors' URLs, CloudFront and Route 53. */
  readonly transport: Transport;
  readonly userAgent: string;
  readonly log: SiteLog;
  readonly run: PublishRun;
  /** The build of the run, if known. */
  readonly build?: Pick<ReleaseRun, "buildNumber" | "commit">;
  /** Prepares another bucket for requests. */
  openBucket(name: string): Bucket;
  /** The clock: milliseconds since 1970. */
  readonly now?: () => number;
}
