import { log } from "../../src/agent/log.ts";
import { readNetwork } from "../../src/agent/network.ts";
import { PreviewPullRequests } from "../../src/agent/pull-requests/preview-pull-requests.ts";
import { readRunRepository } from "../../src/agent/pull-requests/run-pull-request.ts";
import { userAgent } from "../../src/aws/user-agent.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import type { SiteOptions } from "../../src/site/options.ts";
import type { Preview } from "../../src/site/previews/find-previews.ts";
import type { RemovalTools } from "../../src/site/previews/remove-preview.ts";
import { withTaskBucket } from "../../src/task/run/bucket.ts";
import { type SiteSurroundings, TASK } from "./run-site.ts";

/** Prepares the access to pull requests. Nothing is sent yet. */
export function openPullRequests(signal: AbortSignal): PreviewPullRequests {
  return new PreviewPullRequests({
    run: readRunRepository(),
    network: readNetwork,
    userAgent: userAgent(TASK),
    signal,
    log,
  });
}

/** Works on previews with a separate bucket client. @throws what `work` throws. */
export function withRemovalTools<T>(
  { access, encryption, concurrency }: Pick<SiteOptions, "access" | "encryption" | "concurrency">,
  { run, cancelled }: Pick<SiteSurroundings, "run" | "cancelled">,
  work: (tools: RemovalTools) => Promise<T>,
): Promise<T> {
  return withTaskBucket(access, TASK, concurrency, (bucket: Bucket) =>
    work({ bucket, run, ...(encryption ? { encryption } : {}), signal: cancelled }),
  );
}

/** Updates the comments of removed previews. */
export async function tellRemovals(
  removed: readonly Preview[],
  bucketName: string,
  pullRequests: PreviewPullRequests,
): Promise<void> {
  for (const { name, prefix, pullRequest } of removed) {
    await pullRequests.tellRemoval(pullRequest, { bucketName, prefix }, name, Date.now());
  }
}
