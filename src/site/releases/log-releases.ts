import { countOf } from "../../errors/counts.ts";
import type { SiteLog } from "../plan/site-tools.ts";
import type { ReleasePlan } from "./release-plan.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** What a publish or rollback would do with the releases, as imperatives, for a dry run. */
export function describeReleases({ before, keepings, keepReleases }: ReleasePlan): string[] {
  const { records, lastNumber } = before;
  const copied = countOf(keepings.length, "object");
  const numbers = records.map(({ number }) => number).join(", ");
  return [
    ...(keepings.length > 0 ? [`copy ${copied} of release ${lastNumber} to the releases that are kept`] : []),
    ...(keepReleases === 0 && records.length > 0 ? [`delete the releases that are kept: ${numbers}`] : []),
  ];
}

/**
 * Logs which release is live now, and which can be restored.
 *
 * @param stay all kept releases, including the live one.
 */
export function logReleases(
  { target, keepReleases }: ReleasePlan,
  live: ReleaseRecord,
  stay: readonly ReleaseRecord[],
  log: SiteLog,
): void {
  if (keepReleases === 0) {
    log.info("keepReleases is 0, so no release can be restored any more.");
    return;
  }
  const others = stay.filter(({ number }) => number !== live.number).map(({ number }) => number);
  const kept =
    others.length > 0 ? `These can be restored: ${others.reverse().join(", ")}.` : "No earlier release is kept yet.";
  log.info(
    live.content.number === live.number
      ? `This is release ${live.number}. ${kept}`
      : `This is release ${live.number}, with the content of release ${live.content.number}. ${kept}`,
  );
  if (target) for (const line of AFTER_ROLLBACK) log.info(line);
}

const AFTER_ROLLBACK = [
  "The next publish uploads the content of its branch. Revert the change in the branch too, or it goes live again.",
  "A rollback does not restore CloudFront functions and policies, bucket policies, DNS records, or the tags and the encryption of objects.",
];
