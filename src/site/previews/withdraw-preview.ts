import { pause } from "../../scheduling/back-off.ts";
import { MANIFEST_NAME } from "../manifest/manifest.ts";
import { claimedEntries } from "../manifest/manifest-entries.ts";
import { ManifestStore, OtherPublishError } from "../manifest/manifest-store.ts";
import type { PreviewOptions } from "../options.ts";
import { readListing } from "../plan/listed-objects.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import { findPreview } from "./find-previews.ts";
import { isSamePullRequest, leavingHeaders } from "./pull-request.ts";
import { type RemovalTools, removePreview } from "./remove-preview.ts";

/** Other runs that publish or remove the same preview end within seconds. */
const MAX_ROUNDS = 5;
const ROUND_DELAY_MS = 1_000;

/**
 * Removes the preview of a closed pull request, including objects that this run stored while another one removed it.
 *
 * @param site what this run published; absent if it did not start.
 * @returns whether something was removed.
 * @throws {StepError} if something cannot be deleted; the signal's reason.
 */
export async function withdrawPreview(
  preview: PreviewOptions,
  site: PreparedSite | undefined,
  tools: RemovalTools,
): Promise<boolean> {
  const { bucket, signal } = tools;
  const { rootPrefix, name, pullRequest } = preview;
  let isRemoved = false;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const found = await findPreview(bucket, rootPrefix, name, signal);
    if (found && !isSamePullRequest(found.pullRequest, pullRequest)) break;
    try {
      if (!found && !(site && (await claimLeftovers(preview, site, tools)))) break;
      if (found && (await removePreview(found, tools)).kind === "removed") {
        isRemoved = true;
        continue;
      }
    } catch (error) {
      if (!(error instanceof OtherPublishError)) throw error;
    }
    if (found) await pause(ROUND_DELAY_MS, signal);
  }
  return isRemoved;
}

/**
 * Writes a manifest again with the objects that this run may have stored after another run removed the preview.
 *
 * @returns whether there are any.
 */
async function claimLeftovers(
  { rootPrefix, name, pullRequest }: PreviewOptions,
  site: PreparedSite,
  { bucket, encryption, run, signal, now = Date.now }: RemovalTools,
): Promise<boolean> {
  const prefix = `${rootPrefix}${name}/`;
  const listed = await readListing({ prefix, encryption }, { bucket, signal });
  const entries = claimedEntries(site, site);
  if (![...entries.keys()].some((each) => listed.has(each))) return false;
  const headers = leavingHeaders(pullRequest);
  const store = new ManifestStore({ bucket, key: prefix + MANIFEST_NAME, encryption, headers, signal });
  await store.write({ run, writtenMs: now(), entries });
  return true;
}
