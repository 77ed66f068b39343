import { prefixesOf } from "../../files/below-folder.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { headObject } from "../../s3/head-object.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { MANIFEST_NAME, type Manifest } from "../manifest/manifest.ts";
import type { ManifestStore } from "../manifest/manifest-store.ts";
import type { PreviewOptions, SiteOptions } from "../options.ts";
import type { SiteLog } from "../plan/site-tools.ts";
import { isSamePullRequest, readPreviewHeaders } from "./pull-request.ts";

/** Checks that the preview's folder is free or belongs to the same pull request. It is a problem if it belongs to another site. */
export function checkPreviewPlace(
  { name, pullRequest }: PreviewOptions,
  { access, prefix }: Pick<SiteOptions, "access" | "prefix">,
  { manifest, store }: { readonly manifest: Manifest | undefined; readonly store: ManifestStore },
): PlanProblem[] {
  if (!manifest) return [];
  const present = readPreviewHeaders(store.storedHeaders)?.pullRequest;
  if (present && isSamePullRequest(present, pullRequest)) return [];
  const place = `s3://${access.bucketName}/${prefix}`;
  const what = present
    ? `the preview of another pull request (${present.number}${present.number === pullRequest.number ? " of another repository" : ""})`
    : "a site that is no preview";
  const message = `the preview ${name} cannot be published, because ${place} already has ${what}. Enter another previewName, or another targetFolder.`;
  return [{ input: "previewName", code: "sites-in-conflict", message }];
}

/**
 * Warns about a preview in the same origin as another site that is not a preview, because both share cookies, storage and service workers.
 *
 * @throws the signal's reason.
 */
export async function warnOfSharedOrigin(
  { name, rootPrefix }: PreviewOptions,
  { siteUrl }: Pick<SiteOptions, "siteUrl">,
  bucket: Bucket,
  log: SiteLog,
  signal: AbortSignal,
): Promise<void> {
  // With the name in the host, each preview has its own origin.
  if (siteUrl?.hostname.split(".").includes(name)) return;
  for (const prefix of ["", ...prefixesOf(rootPrefix)]) {
    if (!(await isSite(bucket, prefix, signal))) continue;
    log.warning(
      "preview-shares-origin",
      `The bucket also holds the site s3://${bucket.name}/${prefix}. If both have the same host name, the preview can read and change the cookies, the storage and the service workers of that site. Use one bucket for all previews, or a host name of its own for each (siteUrl: https://{preview}.preview.example.com/).`,
    );
    return;
  }
}

/** If it may not be read, it does not count as one. */
async function isSite(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { headers } = await headObject(bucket, prefix + MANIFEST_NAME, { signal });
    return readPreviewHeaders(headers) === undefined;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
