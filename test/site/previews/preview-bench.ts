import { randomUUID } from "node:crypto";
import { type CodedMessage, printed } from "../../../src/errors/coded-message.ts";
import type { ErrorCode } from "../../../src/errors/error-codes.ts";
import type { Bucket } from "../../../src/s3/bucket.ts";
import type { PreviewOptions } from "../../../src/site/options.ts";
import { type CleanUpOptions, cleanUpPreviews } from "../../../src/site/previews/clean-up.ts";
import type { PullRequest } from "../../../src/site/previews/pull-request.ts";
import type { RemovalTools } from "../../../src/site/previews/remove-preview.ts";
import type { PublishResult, SiteFiles, SitePlaceOnBench, Surroundings } from "../publish-bench.ts";

export const DAY_MS = 86_400_000;
const REPOSITORY = "0123456789abcdef";

/** The preview of a pull request, as the task names it. */
export function previewOf(number: number, more: Partial<PreviewOptions> = {}): PreviewOptions {
  return {
    name: `pr-${number}`,
    rootPrefix: "",
    hasOwnHost: false,
    pullRequest: { number, repository: REPOSITORY },
    ...more,
  };
}

/** Publishes files as the preview of a pull request. */
export function publishPreview(
  place: SitePlaceOnBench,
  preview: PreviewOptions,
  files: SiteFiles,
  surroundings: Surroundings = {},
  more: Parameters<SitePlaceOnBench["publish"]>[0] = {},
): Promise<PublishResult> {
  place.replace(files);
  const prefix = `${preview.rootPrefix}${preview.name}/`;
  return place.publish({ prefix, preview, maxDelete: { kind: "share", percent: 100 }, ...more }, surroundings);
}

/** What removing previews takes, in a bucket. */
export function removalTools(bucket: Bucket, now: () => number = Date.now): RemovalTools {
  const run = { id: randomUUID(), name: "a clean-up" };
  return { bucket, run, signal: new AbortController().signal, now };
}

/** What a clean-up came to: the names of previews, and what was told. */
export interface CleanUpResult {
  readonly removed: readonly string[];
  readonly log: readonly string[];
}

/** @param states of pull requests, by their numbers; those of others are unknown. */
export async function cleanUp(
  bucket: Bucket,
  states: Readonly<Record<number, "active" | "closed">> = {},
  options: Partial<CleanUpOptions> = {},
  now: () => number = Date.now,
): Promise<CleanUpResult> {
  const log: string[] = [];
  const tools = {
    ...removalTools(bucket, now),
    log: {
      info: (line: string) => void log.push(line),
      warning: (code: ErrorCode, message: string) =>
        void log.push(`warning: ${printed({ code, message } satisfies CodedMessage)}`),
    },
    isClosed: async ({ number }: PullRequest) => states[number] === "closed",
  };
  const removed = await cleanUpPreviews({ rootPrefix: "", previewDays: 30, dryRun: false, ...options }, tools);
  return { removed: removed.map(({ name }) => name), log };
}
