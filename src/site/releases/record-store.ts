import { describeFailure } from "../../aws/errors/error-hints.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { deleteObjects, MAX_KEYS_PER_DELETE } from "../../s3/delete-objects.ts";
import { type Encryption, encryptionHeaders } from "../../s3/encryption.ts";
import { putObject } from "../../s3/put-object.ts";
import { DEFAULT_ALGORITHM } from "../../s3/store/checksum-support.ts";
import { StepError } from "../../sync/step-error.ts";
import { MAX_MANIFEST_BYTES } from "../manifest/manifest.ts";
import type { ReleaseListing } from "./kept-releases.ts";
import { parseReleaseName, recordName } from "./release-names.ts";
import { formatRecord, type ReleaseRecord } from "./release-record.ts";

export interface RecordStoreOptions {
  readonly bucket: Bucket;
  readonly prefix: string;
  readonly listing: ReleaseListing;
  readonly encryption: Encryption | undefined;
  readonly signal: AbortSignal;
}

const TOO_LARGE = `keepReleases: the record of this release would have more than ${MAX_MANIFEST_BYTES / 1024 ** 2} MiB, because the site has so many files. Set keepReleases to 0.`;

/**
 * Writes the record of a release.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function writeRecord(
  record: ReleaseRecord,
  { bucket, prefix, listing, encryption, signal }: RecordStoreOptions,
): Promise<void> {
  const bytes = Buffer.from(formatRecord(record));
  const key = prefix + recordName(listing.folder, record.number);
  if (bytes.length > MAX_MANIFEST_BYTES) throw new StepError("release-record-invalid", TOO_LARGE);
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    ...encryptionHeaders(encryption),
  };
  try {
    const body = { sizeBytes: bytes.length, chunks: () => [bytes] };
    await putObject(
      bucket,
      key,
      body,
      { headers, customerKeyHeaders: {}, checksumAlgorithm: DEFAULT_ALGORITHM },
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    const why = describeFailure(error, bucket.name, key, "s3:PutObject");
    throw new StepError(codeOf(error), `Writing the record of release ${record.number} failed: ${why}`, {
      cause: error,
    });
  }
}

/**
 * Finds what no kept release needs: records, and objects that were replaced before the oldest of them.
 *
 * @param names of what is in the folder of the releases, relative to the site.
 */
export function namesOfStaleReleases(names: readonly string[], stay: readonly ReleaseRecord[]): string[] {
  const numbers = new Set(stay.map(({ number }) => number));
  const oldest = Math.min(...numbers);
  return names.filter((each) => {
    const name = parseReleaseName(each);
    return name?.kind === "record" ? !numbers.has(name.release) : name !== undefined && name.superseded < oldest;
  });
}

/**
 * Deletes what `namesOfStaleReleases` has found, records first, because a record without its objects could not be restored.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function deleteStaleReleases(
  names: readonly string[],
  { bucket, prefix, signal }: RecordStoreOptions,
): Promise<void> {
  const isRecord = (name: string) => parseReleaseName(name)?.kind === "record";
  const sorted = [...names.filter(isRecord), ...names.filter((name) => !isRecord(name))];
  for (let start = 0; start < sorted.length; start += MAX_KEYS_PER_DELETE) {
    const keys = sorted.slice(start, start + MAX_KEYS_PER_DELETE).map((name) => prefix + name);
    const [failure] = await deleteObjects(bucket, keys, { signal }).catch((error: unknown) => [
      { key: keys[0], error },
    ]);
    signal.throwIfAborted();
    if (!failure) continue;
    const why = describeFailure(failure.error, bucket.name, failure.key, "s3:DeleteObject");
    throw new StepError(codeOf(failure.error), `Deleting s3://${bucket.name}/${failure.key} failed: ${why}`);
  }
}
