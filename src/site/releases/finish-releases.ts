import { isDeepStrictEqual } from "node:util";
import { StepError } from "../../sync/step-error.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { deleteStaleReleases, namesOfStaleReleases, type RecordStoreOptions, writeRecord } from "./record-store.ts";
import { type ReleasePlan, recordsAfter } from "./release-plan.ts";
import type { ReleaseRecord } from "./release-record.ts";

type Tools = Pick<SiteTools, "bucket" | "log" | "signal">;

/**
 * Writes the record that an earlier publish could not write, before anything of its release is replaced.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function writeMissingRecord(plan: ReleasePlan, options: SiteOptions, tools: Tools): Promise<void> {
  const { missing } = plan.before;
  if (missing && plan.keepReleases !== 0) await writeRecord(missing, storeOptions(plan, options, tools));
}

/**
 * Records the release that is live now, and deletes those that are no longer kept.
 *
 * @param confirm checks that no other publish has begun.
 * @returns the records of all releases that are kept.
 * @throws {StepError} if the record cannot be written; what `confirm` throws; the signal's reason.
 */
export async function finishReleases(
  plan: ReleasePlan,
  release: ReleaseRecord,
  options: SiteOptions,
  tools: Tools & { confirm(): Promise<void> },
): Promise<readonly ReleaseRecord[]> {
  const { records, listing } = plan.before;
  const stay = recordsAfter(plan, release);
  const store = storeOptions(plan, options, tools);
  const added = plan.keepings.map(({ key }) => key.slice(store.prefix.length));
  // A rollback deletes no old releases: if a concurrent publish replaced something, they may be needed for the repair.
  const staleNames = plan.target ? [] : namesOfStaleReleases([...listing.names, ...added], stay);
  const isRecorded = !stay.includes(release) || records.some((record) => isDeepStrictEqual(record, release));
  if (isRecorded && staleNames.length === 0) return stay;
  await tools.confirm();
  if (!isRecorded) await writeRecord(release, store);
  await deleteStaleReleases(staleNames, store).catch((error: unknown) => {
    if (!(error instanceof StepError)) throw error;
    tools.log.warning(error.code, `Old releases could not be deleted. ${error.message}`);
  });
  return stay;
}

function storeOptions(
  { before }: ReleasePlan,
  { prefix, encryption }: SiteOptions,
  { bucket, signal }: Tools,
): RecordStoreOptions {
  return { bucket, prefix, listing: before.listing, encryption, signal };
}
