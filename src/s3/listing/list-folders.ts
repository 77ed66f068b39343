import type { Bucket } from "../bucket.ts";
import { notS3 } from "../xml-body.ts";
import { endlessListingGuard, requestPage } from "./request-page.ts";

const DELIMITER = "/";

/** What is directly under a prefix. */
export interface FolderContents {
  /** The names of the folders, without the prefix and the `/` at their ends, each once. */
  readonly folders: readonly string[];
  /** Whether there are objects too. */
  readonly hasObjects: boolean;
}

/**
 * Lists the folders directly under a prefix: as far as the store can, without the objects in them.
 *
 * @param prefix empty, or with a `/` at its end.
 * @throws {ServiceError} if S3 refuses, or the answer is not one that S3 gives; else what `Bucket.send` throws.
 */
export async function listFolders(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<FolderContents> {
  const folders = new Set<string>();
  const goesOn = endlessListingGuard();
  let hasObjects = false;
  for (let position: Parameters<typeof requestPage>[2]; ; ) {
    const page = await requestPage(bucket, { prefix, delimiter: DELIMITER }, position, signal);
    // A store that does not know delimiters lists all objects.
    for (const key of [...page.folders, ...page.objects.map((object) => object.key)]) {
      if (!key.startsWith(prefix)) throw notS3(page.response, "it lists keys outside of the prefix");
      const end = key.indexOf(DELIMITER, prefix.length);
      if (end < 0) hasObjects ||= key !== prefix;
      else folders.add(key.slice(prefix.length, end));
    }
    position = goesOn(page);
    if (!position) return { folders: [...folders], hasObjects };
  }
}
