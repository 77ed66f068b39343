import { customerKeyHeaders, encryptionHeaders } from "../../s3/encryption.ts";
import { taggingHeader } from "../../s3/object-tags.ts";
import type { ObjectHeaders, ObjectWrite } from "../../s3/put-object.ts";
import { DEFAULT_ALGORITHM } from "../../s3/store/checksum-support.ts";
import type { ObjectSettings, UploadOptions } from "../options.ts";

/** The settings of all objects that a step stores. */
export interface StoredAlike extends Pick<UploadOptions, "encryption"> {
  readonly settings: Pick<ObjectSettings, "tags" | "checksumAlgorithm"> & Partial<Pick<ObjectSettings, "cannedAcl">>;
}

/** How an object of a step is stored: with headers of its own, and with the encryption, ACL and tags of all of them. */
export function objectWrite({ settings, encryption }: StoredAlike): (headers: ObjectHeaders) => ObjectWrite {
  const shared = {
    ...encryptionHeaders(encryption),
    ...(settings.cannedAcl ? { "x-amz-acl": settings.cannedAcl } : {}),
    ...(settings.tags ? { "x-amz-tagging": taggingHeader(settings.tags) } : {}),
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
