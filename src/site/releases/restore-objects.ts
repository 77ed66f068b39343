import { type CopiedObject, copyObject } from "../../s3/copying/copy-object.ts";
import { headObject } from "../../s3/head-object.ts";
import { ensureTags } from "../../s3/update-object.ts";
import { StepError } from "../../sync/step-error.ts";
import { encryptionAndTags } from "../../sync/upload/object-write.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteObject } from "../plan/site-object.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import type { ObjectStorer } from "../store-site.ts";
import { PARALLEL_COPIES } from "./keep-objects.ts";

const CONTENT_ENCODING = "content-encoding";

/**
 * Restores objects of a release by copies within the store. Their headers are those of the release; encryption and tags come from the
 * inputs.
 *
 * @param objects the wanted objects, by name.
 * @param sources what is copied for each.
 */
export function objectRestorer(
  objects: ReadonlyMap<string, SiteObject>,
  sources: ReadonlyMap<string, CopiedObject>,
  { prefix, encryption, concurrency, settings }: SiteOptions,
  { bucket, signal }: Pick<SiteTools, "bucket" | "signal">,
): ObjectStorer {
  const { tags } = settings;
  const sharedHeaders = encryptionAndTags(encryption, settings);

  async function restore(name: string) {
    const key = prefix + name;
    const object = objects.get(name);
    const source = sources.get(name);
    if (!object || !source) throw new StepError("release-incomplete", "the bucket has no copy of it");
    const headers = { ...object.headers, ...(await encodingOf(object, source)), ...sharedHeaders };
    const etag = await copyObject(bucket, source, key, { headers, metadata: "replaced", signal });
    if (tags?.size) await ensureTags(bucket, key, tags, undefined, signal);
    return { sizeBytes: source.sizeBytes, etag, isResumed: false };
  }

  /** The kept object shows whether a file was compressed: only files that became smaller were. */
  async function encodingOf({ compression }: SiteObject, { key }: CopiedObject): Promise<Record<string, string>> {
    if (!compression) return {};
    const { headers } = await headObject(bucket, key, { signal });
    const encoding = headers[CONTENT_ENCODING];
    return encoding === undefined ? {} : { [CONTENT_ENCODING]: encoding };
  }

  return { parallelObjects: () => concurrency ?? PARALLEL_COPIES, store: restore };
}
