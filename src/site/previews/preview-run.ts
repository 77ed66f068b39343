import type { CodedMessage } from "../../errors/coded-message.ts";
import { pause } from "../../scheduling/back-off.ts";

/** How a pull request stands to the run: `unknown` if nobody says it. */
export type RunStanding = "current" | "closed" | "superseded" | "unknown";

/** What the run of a preview does, each part of which may take a while. */
export interface PreviewRunTools {
  /** @throws the signal's reason. */
  standing(): Promise<RunStanding>;
  /** Publishes the preview, once. @returns what went wrong. */
  publish(): Promise<readonly CodedMessage[]>;
  /** Removes the preview, also what this run has stored of it. */
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

/** Another run of the same pull request has begun while this one published; of runs for the same commit, all may be right. */
const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = 2_000;

/**
 * Publishes a preview for as long as its pull request is active, and shows the commit that the run is about. Two runs at once leave one
 * whole preview: that of the newer commit.
 *
 * @throws what the tools throw; the signal's reason.
 */
export async function runPreview(tools: PreviewRunTools): Promise<PreviewRunEnd> {
  const { signal } = tools;
  const wait = tools.pause ?? pause;
  const before = await endOf(await tools.standing(), tools, "nothing is published");
  if (before) return before;
  for (let attempt = 1; ; attempt++) {
    const errors = await tools.publish();
    if (signal.aborted) return { kind: "failed", errors };
    const standing = await tools.standing();
    const end = await endOf(standing, tools, "its preview is removed");
    if (end) return end;
    // If nobody says which commit is the newer one, the other run is taken to have it.
    const mayTryAgain = standing === "current" && errors.some(({ code }) => code === "concurrent-publish");
    if (!mayTryAgain || attempt === MAX_ATTEMPTS) return { kind: errors.length > 0 ? "failed" : "published", errors };
    tools.log.info("Another run published the same preview at the same time. This run publishes it again");
    // At random, so that two such runs part.
    await wait(FIRST_DELAY_MS * attempt * (0.5 + Math.random()), signal);
  }
}

/** @returns undefined if the run goes on. */
async function endOf(
  standing: RunStanding,
  { pullRequest, log, withdraw }: PreviewRunTools,
  consequence: string,
): Promise<PreviewRunEnd | undefined> {
  if (standing === "closed") {
    log.info(`Pull request ${pullRequest} is completed or abandoned, so ${consequence}`);
    await withdraw();
    return { kind: "closed", errors: [] };
  }
  if (standing !== "superseded") return undefined;
  log.info(`Pull request ${pullRequest} has a newer commit than this run, whose run publishes the preview`);
  return { kind: "superseded", errors: [] };
}
