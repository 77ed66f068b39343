import { describeFailure } from "../../aws/errors/error-hints.ts";
import { formatBytes } from "../../errors/byte-size.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { ArchiveError } from "../../extract/archive-error.ts";
import type { ActionFailure } from "../apply.ts";
import type { PlanProblem } from "../plan/plan.ts";
import type { DownloadPlan } from "../plan/plan-download.ts";

/** What to do about an archive that is refused. The message of an archive that is too large says it itself. */
const ADVICE = {
  "archive-damaged": "Create the archive again and upload it. To download it as a file, set extract to false.",
  "archive-entry-refused":
    "Create the archive again without this entry, or exclude the archive with a pattern (globExpressions). To download it as a file, set extract to false.",
} as const;

/** An archive that is damaged, not safe or too large. */
export function describeRefusal(key: string, { code, message }: ArchiveError): PlanProblem {
  const advice = code in ADVICE ? ` ${ADVICE[code as keyof typeof ADVICE]}` : "";
  return { input: "extract", code, message: `${key} was not extracted: ${message}.${advice}` };
}

/**
 * Archives that did not come, or could not be read. All are in the same folder at the same time, so a full disk is one problem and not one
 * of each archive.
 *
 * @param temporaryFolder that of the agent.
 */
export function describeFailedFetches(
  failures: readonly ActionFailure[],
  { archiveObjects, prefix }: DownloadPlan,
  bucket: string,
  temporaryFolder: string,
): PlanProblem[] {
  const others = failures.filter(({ error }) => codeOf(error) !== "disk-full");
  const problems = others.map((failure) => describeFailedFetch(failure, prefix, bucket));
  if (others.length === failures.length) return problems;
  const needed = formatBytes(archiveObjects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const message = `the disk of the agent's temporary folder ${temporaryFolder} is full. The archives need ${needed} there. Free space on that disk, or give the agent a larger one.`;
  return [{ input: "extract", code: "disk-full", message }, ...problems];
}

function describeFailedFetch({ action, error }: ActionFailure, prefix: string, bucket: string): PlanProblem {
  const key = prefix + action.relativeKey;
  const why = describeFailure(error, bucket, key, "s3:GetObject");
  return { input: "extract", code: codeOf(error), message: `${key} was not downloaded: ${why}` };
}
