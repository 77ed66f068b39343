import type { CodedMessage } from "../../errors/coded-message.ts";
import { pause } from "../../scheduling/back-off.ts";

/** The state of a pull request for this run: `unknown` if it cannot be read. */
export type RunStanding = "current" | "closed" | "superseded" | "unknown";

/** The actions of a preview run, each of which may take some time. */
export interface PreviewRunTools {
  /** @throws the signal's reason. */
  standing(): Promise<RunStanding>;
  /** Publishes the preview, once. @returns what went wrong. */
  publish(): Promise<readonly CodedMessage[]>;
  /** Removes the preview, including objects that this run has stored. */
  withdraw(): Promise<void>;
  readonly pullRequest: number;
  readonly log: { info(message: string): void };
  readonly signal: AbortSignal;
  readonly pause?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** How the run of a preview ended: errors are those of its last try to publish. */
export interface PreviewRunEnd {
  readonly kind: "published" | "failed" | "closed" | "superseded";
  readonly errors: readonly CodedMessage[];
}

/** Another run of the same pull request has begun while this one published. Runs for the same commit may all be right. */
const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = 2_000;

/**
 * Publishes a preview if its pull request is active and still at this run's commit. Two runs at once leave one complete preview, that of
 * the newer commit.
 *
 * @throws what the tools throw; the signal's reason.
 */
export async function runPreview(tools: PreviewRunTools): Promise<PreviewRunEnd> {
  const { signal } = tools;
  const wait = tools.pause ?? pause;
  const before = await endOf(await tools.standing(), tools);
  if (before) return before;
  for (let attempt = 1; ; attempt++) {
    const errors = await tools.publish();
    if (signal.aborted) return { kind: "failed", errors };
    const standing = await tools.standing();
    const end = await endOf(standing, tools);
    if (end) return end;
    // If it is not known which commit is newer, the other run counts as newer.
    const mayTryAgain = standing === "current" && errors.some(({ code }) => code === "concurrent-publish");
    if (!mayTryAgain || attempt === MAX_ATTEMPTS) return { kind: errors.length > 0 ? "failed" : "published", errors };
    tools.log.info("Another run published the same preview at the same time. This run publishes it again");
    // Random, so that two such runs do not stay in step.
    await wait(FIRST_DELAY_MS * attempt * (0.5 + Math.random()), signal);
  }
}

/** @returns undefined if the run continues. */
async function endOf(
  standing: RunStanding,
  { pullRequest, log, withdraw }: PreviewRunTools,
): Promise<PreviewRunEnd | undefined> {
  if (standing === "closed") {
    log.info(`Pull request ${pullRequest} is completed or abandoned, so it gets no preview`);
    await withdraw();
    return { kind: "closed", errors: [] };
  }
  if (standing !== "superseded") return undefined;
  log.info(
    `Pull request ${pullRequest} has a newer commit than this run. The run of that commit publishes the preview`,
  );
  return { kind: "superseded", errors: [] };
}
