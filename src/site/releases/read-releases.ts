import { describeFailure } from "../../aws/errors/error-hints.ts";
import { codeOf } from "../../errors/coded-error.ts";
import { CollectedBody } from "../../http/body-receiver.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { getObject } from "../../s3/get-object.ts";
import { isNotFound } from "../../s3/head-object.ts";
import { StepError } from "../../sync/step-error.ts";
import { MAX_MANIFEST_BYTES, type Manifest } from "../manifest/manifest.ts";
import { type ListedRelease, ReleaseListing, type ReleasesBefore, recordOfContent } from "./kept-releases.ts";
import { parseRecord, RecordError, type ReleasedSite, type ReleaseRecord, shownEntries } from "./release-record.ts";

/** How many records are read at once. Each is as large as the manifest. */
const PARALLEL_READS = 8;

/** The sources for reading the releases. */
export interface ReleaseSource {
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly listed: readonly ListedRelease[];
  readonly manifest: Manifest | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads the records of all kept releases.
 *
 * @param siteOf the current settings of the site, for the release of the manifest if its record is missing.
 * @throws {StepError} if a record cannot be read, or understood; the signal's reason.
 */
export async function readReleases(
  source: ReleaseSource,
  siteOf: (lastRecord: ReleaseRecord | undefined) => Promise<ReleasedSite>,
): Promise<ReleasesBefore> {
  const { bucket, prefix, manifest, signal } = source;
  const listing = new ReleaseListing(source.listed);
  const read = await inParallel(listing.recordNames, PARALLEL_READS, signal, (name, _, either) =>
    readRecord(bucket, prefix + name, either),
  );
  const found = newestOfEach(read.filter((record) => record !== undefined));
  const last = found.at(-1);
  const mark = manifest?.release;
  const settled = manifest && isShownWhole(manifest) ? manifest : undefined;
  const ofMark = found.find(({ number }) => number === mark?.number);
  const missing = settled && !ofMark ? recordOf(settled, found, await siteOf(last)) : undefined;
  const records = missing ? newestOfEach([...found, missing]) : found;
  const live = settled && (ofMark ?? missing);
  return {
    listing,
    records,
    ...(missing ? { missing } : {}),
    ...(live ? { live } : {}),
    lastNumber: Math.max(0, mark?.number ?? 0, records.at(-1)?.number ?? 0),
  };
}

/** A rollback's record replaces the one with the same content, which may not have been deleted yet. */
function newestOfEach(records: readonly ReleaseRecord[]): ReleaseRecord[] {
  const sorted = [...records].sort((one, other) => one.number - other.number);
  return sorted.filter((record) => recordOfContent(sorted, record.content.number) === record);
}

/**
 * Whether visitors get exactly what the manifest says. Objects that only wait for deletion, or that may still appear but are not part of
 * the site, do not matter.
 */
function isShownWhole({ entries, release }: Manifest): boolean {
  if (release) return !release.underWay;
  return [...entries.values()].every(
    ({ pending, removedMs }) => !pending || pending.isLeaving || removedMs !== undefined,
  );
}

/** The record that a publish could not write, or that the site never had. */
function recordOf(manifest: Manifest, others: readonly ReleaseRecord[], site: ReleasedSite): ReleaseRecord {
  const { number: marked = 0, rolledBackTo } = manifest.release ?? {};
  const last = others.at(-1);
  const number = marked || (last?.number ?? 0) + 1;
  const run = { name: manifest.run.name };
  const origin = rolledBackTo === undefined ? undefined : recordOfContent(others, rolledBackTo);
  const precededBy = origin ? origin.precededBy : last?.content.number;
  return {
    number,
    publishedMs: manifest.writtenMs,
    run,
    content: origin?.content ?? { number: rolledBackTo ?? number, run },
    ...(precededBy === undefined ? {} : { precededBy }),
    site,
    entries: shownEntries(manifest.entries),
  };
}

/** @returns undefined if it is gone by now. */
async function readRecord(bucket: Bucket, key: string, signal: AbortSignal): Promise<ReleaseRecord | undefined> {
  const collected = new CollectedBody(
    MAX_MANIFEST_BYTES,
    () => new RecordError("release-record-invalid", `it has more than ${MAX_MANIFEST_BYTES / 1024 ** 2} MiB`),
  );
  try {
    await getObject(bucket, key, collected, { signal });
    return parseRecord(collected.bytes().toString("utf8"));
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return undefined;
    if (error instanceof RecordError)
      throw new StepError(
        error.code,
        `The record of a release, s3://${bucket.name}/${key}, cannot be used: ${error.message}. Publish with the version of the task that wrote it. Or delete the record; then this release cannot be restored.`,
        { cause: error },
      );
    const why = describeFailure(error, bucket.name, key, "s3:GetObject");
    throw new StepError(codeOf(error), `Reading the record of a release, s3://${bucket.name}/${key}, failed: ${why}`, {
      cause: error,
    });
  }
}
