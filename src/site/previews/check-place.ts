import { prefixesOf } from "../../files/below-folder.ts";
import type { Bucket } from "../../s3/bucket.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ManifestStore } from "../manifest/manifest-store.ts";
import type { PreviewOptions, SiteOptions } from "../options.ts";
import type { SiteLog } from "../plan/site-tools.ts";
import { readFolder } from "./find-previews.ts";
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
 * Warns about a preview that may have the same origin as a site around it that is no preview: both would share cookies, storage and
 * service workers. Sites beside previews are found by the clean-up, which looks at all folders there.
 *
 * @throws the signal's reason.
 */
export async function warnOfSharedOrigin(
  { hasOwnHost, rootPrefix }: PreviewOptions,
  bucket: Bucket,
  log: SiteLog,
  signal: AbortSignal,
): Promise<void> {
  if (hasOwnHost) return;
  for (const prefix of ["", ...prefixesOf(rootPrefix)]) {
    if ((await readFolder(bucket, prefix, signal)).kind !== "site") continue;
    logSharedOrigin(bucket.name, prefix, log);
    return;
  }
}

/** Warns about a site that may have the host name of a preview. */
export function logSharedOrigin(bucketName: string, prefix: string, log: SiteLog): void {
  log.warning(
    "preview-shares-origin",
    `The bucket also holds the site s3://${bucketName}/${prefix}. If both have the same host name, the preview can read and change the cookies, the storage and the service workers of that site. Use one bucket for all previews, or a host name of its own for each (siteUrl: https://{preview}.preview.example.com/).`,
  );
}
