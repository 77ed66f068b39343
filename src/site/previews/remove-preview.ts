import { randomUUID } from "node:crypto";
import { describeFailure } from "../../aws/errors/error-hints.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { deleteObjects } from "../../s3/delete-objects.ts";
import { applyDeletions } from "../../sync/apply-deletions.ts";
import type { DeleteAction } from "../../sync/plan/plan.ts";
import { StepError } from "../../sync/step-error.ts";
import { MANIFEST_NAME, type Manifest, type ManifestEntry, type PublishRun } from "../manifest/manifest.ts";
import { isForeign } from "../manifest/manifest-entries.ts";
import { ManifestStore, OtherPublishError } from "../manifest/manifest-store.ts";
import type { SiteOptions } from "../options.ts";
import { readListing } from "../plan/listed-objects.ts";
import { foldersOfNestedSites } from "../plan/nested-sites.ts";
import type { ListedObject } from "../plan/site-plan.ts";
import { type Preview, readFolder } from "./find-previews.ts";
import { isSamePullRequest, leavingHeaders, readPreviewHeaders } from "./pull-request.ts";

export interface RemovalTools {
  readonly bucket: Bucket;
  readonly run: PublishRun;
  readonly encryption?: SiteOptions["encryption"];
  readonly signal: AbortSignal;
  /** The clock: milliseconds since 1970. */
  readonly now?: () => number;
}

/** The result of removing a preview. */
export type Removal =
  | {
      readonly kind: "removed";
      readonly objects: number;
      /** How many objects under its prefix do not belong to the preview and are kept. */
      readonly left: number;
    }
  /** A publish has begun there meanwhile, or another run has removed it. */
  | { readonly kind: "overtaken" };

/**
 * Deletes the objects of a preview, and its manifest last. Before that, the manifest is marked, so that a concurrent publish notices it,
 * and a later run can continue where this one ended.
 *
 * @throws {StepError} if something cannot be deleted; {OtherPublishError} if a publish begins there meanwhile; the signal's reason.
 */
export async function removePreview(preview: Preview, tools: RemovalTools): Promise<Removal> {
  const { bucket, signal, encryption } = tools;
  const { prefix, pullRequest } = preview;
  const key = prefix + MANIFEST_NAME;
  const headers = leavingHeaders(pullRequest);
  const store = new ManifestStore({ bucket, key, encryption, headers, signal });
  const manifest = await store.read();
  const present = manifest && readPreviewHeaders(store.storedHeaders);
  if (!present || !isSamePullRequest(present.pullRequest, pullRequest)) return { kind: "overtaken" };
  // It was published again since it was selected for removal.
  if (!present.isLeaving && store.storedMs !== preview.publishedMs) return { kind: "overtaken" };
  const listed = await readListing({ prefix, encryption }, { bucket, signal });
  const own = ownObjects(manifest, listed);
  try {
    await store.write(leavingManifest(manifest, own, tools));
    await deleteAll(bucket, prefix, own, signal);
    await store.confirm();
  } catch (error) {
    if (error instanceof OtherPublishError && (await isBeingRemoved(preview, tools))) return { kind: "overtaken" };
    throw error;
  }
  await deleteManifest(bucket, key, signal);
  return { kind: "removed", objects: own.size, left: listed.size - own.size - (listed.has(MANIFEST_NAME) ? 1 : 0) };
}

/** Whether another run is removing the preview, or has done so. */
async function isBeingRemoved({ prefix, pullRequest }: Preview, { bucket, signal }: RemovalTools): Promise<boolean> {
  const folder = await readFolder(bucket, prefix, signal);
  if (folder.kind === "nothing") return true;
  const read = folder.kind === "preview" ? readPreviewHeaders(folder.manifest.headers) : undefined;
  return read?.isLeaving === true && isSamePullRequest(read.pullRequest, pullRequest);
}

/** The objects that publishes of the preview have stored, by name, without objects of others in its place or below it. */
function ownObjects({ entries }: Manifest, listed: ReadonlyMap<string, ListedObject>): Map<string, ListedObject> {
  const others = foldersOfNestedSites([...listed.keys()].filter((name) => name !== MANIFEST_NAME));
  return new Map(
    [...listed].filter(([name, object]) => {
      const entry = entries.get(name);
      return entry && !isForeign(entry, object) && !others.some((folder) => name.startsWith(folder));
    }),
  );
}

function leavingManifest(
  { entries }: Manifest,
  own: ReadonlyMap<string, ListedObject>,
  { run, now = Date.now }: RemovalTools,
): Manifest {
  const leaving = [...own].map(([name, { sizeBytes, etag }]): [string, ManifestEntry] => {
    const entry = entries.get(name) as ManifestEntry;
    return [name, { ...entry, sizeBytes, etag, pending: { isLeaving: true } }];
  });
  return { run: { ...run, id: randomUUID() }, writtenMs: now(), entries: new Map(leaving) };
}

async function deleteAll(
  bucket: Bucket,
  prefix: string,
  own: ReadonlyMap<string, ListedObject>,
  signal: AbortSignal,
): Promise<void> {
  const deletions = [...own].map(
    ([name, { sizeBytes }]): DeleteAction => ({
      kind: "delete",
      path: name,
      relativeKey: name,
      sizeBytes,
      reason: "the preview is removed",
    }),
  );
  const observer = { actionDone: () => undefined };
  const { failures } = await applyDeletions(deletions, (action) => prefix + action.relativeKey, {
    bucket,
    signal,
    observer,
  });
  signal.throwIfAborted();
  const [first] = failures;
  if (first) throw notDeleted(bucket, prefix + first.action.relativeKey, first.error, failures.length - 1);
}

async function deleteManifest(bucket: Bucket, key: string, signal: AbortSignal): Promise<void> {
  const [failure] = await deleteObjects(bucket, [key], { signal });
  if (failure) throw notDeleted(bucket, key, failure.error, 0);
}

function notDeleted(bucket: Bucket, key: string, error: unknown, others: number): StepError {
  const why = describeFailure(error, bucket.name, key, "s3:DeleteObject");
  const more = others > 0 ? ` (and ${others} more)` : "";
  return new StepError(codeOf(error), `s3://${bucket.name}/${key}${more} was not deleted: ${why}`, { cause: error });
}
