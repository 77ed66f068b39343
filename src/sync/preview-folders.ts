import { ServiceError } from "../aws/errors/errors.ts";
import type { Bucket } from "../s3/bucket.ts";
import { headObject, isNotFound, type ObjectHead } from "../s3/head-object.ts";

/** The object in the folder of each published site, previews among them, that says what was published. */
export const SITE_MANIFEST = ".s3-site.json";

/** What the manifest of a preview has among its headers, and that of no other site. */
export const PULL_REQUEST_HEADER = "x-amz-meta-pull-request";

/** What the headers of the manifest in a folder say of the folder. */
export type PublishedFolder =
  | { readonly kind: "nothing" }
  | { readonly kind: "site" }
  | { readonly kind: "preview"; readonly manifest: ObjectHead }
  /** The store refuses to say. */
  | { readonly kind: "unreadable"; readonly error: ServiceError };

/**
 * Asks whether a site or a preview is published in a folder.
 *
 * @param prefix of the folder's keys: empty, or with a `/` at its end.
 * @throws {ConnectionError} where no answer comes; the signal's reason.
 */
export async function readPublishedFolder(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): Promise<PublishedFolder> {
  try {
    const manifest = await headObject(bucket, prefix + SITE_MANIFEST, { signal });
    return manifest.headers[PULL_REQUEST_HEADER] === undefined ? { kind: "site" } : { kind: "preview", manifest };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ServiceError)) throw error;
    return isNotFound(error) ? { kind: "nothing" } : { kind: "unreadable", error };
  }
}

/**
 * Finds the folders in which previews of pull requests are published. One whose manifest may not be read counts as one.
 *
 * @param manifests the names of the sites' manifests, relative to the prefix, in folders.
 * @returns the folders, relative to the prefix, with a `/` at their ends.
 * @throws as `readPublishedFolder` does.
 */
export async function previewFolders(
  bucket: Bucket,
  prefix: string,
  manifests: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const name of manifests) {
    const folder = name.slice(0, -SITE_MANIFEST.length);
    const { kind } = await readPublishedFolder(bucket, prefix + folder, signal);
    if (kind === "preview" || kind === "unreadable") folders.push(folder);
  }
  return folders;
}
