import { CodedError } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { headObject } from "../../s3/head-object.ts";
import { putObjectTags } from "../../s3/object-tags.ts";
import { updateObject } from "../../s3/update-object.ts";
import type { UploadOptions } from "../options.ts";
import type { UpdateAction } from "../plan/plan.ts";

/**
 * Sets an object's headers, tags and encryption to those of the step. Its bytes do not change.
 *
 * @throws {CodedError} if it is not the object that was compared; what `updateObject` throws.
 */
export async function updateHeaders(
  { path, relativeKey, etag, isTagsOnly }: UpdateAction,
  { settings, encryption, prefix }: Pick<UploadOptions, "settings" | "encryption" | "prefix">,
  { bucket, signal }: { readonly bucket: Bucket; readonly signal: AbortSignal },
): Promise<void> {
  const { tags, cannedAcl } = settings;
  const key = prefix + relativeKey;
  if (isTagsOnly && tags) return putObjectTags(bucket, key, tags, signal);
  const head = await headObject(bucket, key, { customerKey: encryption, signal });
  if (etag !== "" && head.etag !== etag)
    throw new CodedError("object-changed", "it was replaced after it was compared. Run the step again");
  // A copy, which is stored like all other objects of the step.
  const change = { headers: settings.headersFor(path), tags, cannedAcl, encryption };
  await updateObject(bucket, key, head, change, { signal, customerKey: encryption });
}
