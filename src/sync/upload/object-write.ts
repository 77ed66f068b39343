import { customerKeyHeaders, type Encryption, encryptionHeaders } from "../../s3/encryption.ts";
import { taggingHeader } from "../../s3/object-tags.ts";
import type { ObjectHeaders, ObjectWrite } from "../../s3/put-object.ts";
import { DEFAULT_ALGORITHM } from "../../s3/store/checksum-support.ts";
import type { ObjectSettings, UploadOptions } from "../options.ts";

/** The settings that all objects of a step have in common. */
export interface SharedObjectSettings extends Pick<UploadOptions, "encryption"> {
  readonly settings: Pick<ObjectSettings, "tags" | "checksumAlgorithm"> & Partial<Pick<ObjectSettings, "cannedAcl">>;
}

/** The headers of a new object's encryption and tags. */
export function encryptionAndTags(
  encryption: Encryption | undefined,
  { tags }: Pick<ObjectSettings, "tags">,
): Record<string, string> {
  return { ...encryptionHeaders(encryption), ...(tags ? { "x-amz-tagging": taggingHeader(tags) } : {}) };
}

/** How an object of a step is stored: with headers of its own, and with the encryption, ACL and tags of all of them. */
export function objectWrite({ settings, encryption }: SharedObjectSettings): (headers: ObjectHeaders) => ObjectWrite {
  const shared = {
    ...encryptionAndTags(encryption, settings),
    ...(settings.cannedAcl ? { "x-amz-acl": settings.cannedAcl } : {}),
  };
  const keyHeaders = customerKeyHeaders(encryption);
  const { checksumAlgorithm } = settings;
  return (headers) => ({
    headers: { ...headers, ...shared },
    customerKeyHeaders: keyHeaders,
    checksumAlgorithm: checksumAlgorithm === "auto" ? DEFAULT_ALGORITHM : checksumAlgorithm,
    isChecksumRequired: checksumAlgorithm !== "auto" && checksumAlgorithm !== "none",
  });
}
