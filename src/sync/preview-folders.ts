import { ServiceError } from "../aws/errors/errors.ts";
import type { Bucket } from "../s3/bucket.ts";
import { headObject, isNotFound } from "../s3/head-object.ts";

/** The object in the folder of each published site, previews among them, that says what was published. */
export const SITE_MANIFEST = ".s3-site.json";

/** What the manifest of a preview has among its headers, and that of no other site. */
export const PULL_REQUEST_HEADER = "x-amz-meta-pull-request";

/**
 * Finds the folders in which previews of pull requests are published. One whose manifest may not be read counts as one.
 *
 * @param names of objects, relative to the prefix.
 * @returns the folders, relative to the prefix, with a `/` at their ends.
 * @throws {ConnectionError} if no answer comes; the signal's reason.
 */
export async function previewFolders(
  bucket: Bucket,
  prefix: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const name of names) {
    if (!name.endsWith(`/${SITE_MANIFEST}`)) continue;
    if (await isPreview(bucket, prefix + name, signal)) folders.push(name.slice(0, -SITE_MANIFEST.length));
  }
  return folders;
}

async function isPreview(bucket: Bucket, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { headers } = await headObject(bucket, key, { signal });
    return headers[PULL_REQUEST_HEADER] !== undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) return !isNotFound(error);
    throw error;
  }
}
