import type { InputReader } from "../../agent/inputs.ts";
import type { PatternSubject } from "../../files/patterns.ts";
import type { ObjectSettings } from "../../sync/options.ts";
import { parseCacheControl } from "../../sync/settings/cache-control.ts";
import { parseHeaderRules } from "../../sync/settings/header-rules.ts";
import { checkHeaderValue } from "../../sync/settings/header-value.ts";
import { parseMetadata } from "../../sync/settings/metadata.ts";
import { createObjectSettings, type ObjectSettingsParts } from "../../sync/settings/object-settings.ts";
import { parseStorageClass } from "../../sync/settings/storage-class.ts";
import { parseTags } from "../../sync/settings/tags.ts";

/** "Canned ACL" in the Amazon S3 User Guide, those for objects. */
const CANNED_ACLS = [
  "none",
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
] as const;

const CHECKSUMS = ["auto", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "none"] as const;

/**
 * Reads the object settings of an upload.
 *
 * @param subject what patterns are matched against.
 * @param isAmazon whether the store is Amazon S3; others have storage classes of their own.
 */
export function readObjectSettings(reader: InputReader, subject: PatternSubject, isAmazon: boolean): ObjectSettings {
  const parts = readObjectSettingsParts(reader, subject, (text) => parseStorageClass(text, isAmazon));
  const acl = reader.choice("filesAcl", CANNED_ACLS, "none");
  const settings = { ...parts, cannedAcl: acl === "none" ? undefined : acl };
  return createObjectSettings({ ...settings, rules: checkRules(reader, settings) });
}

/**
 * Reads the inputs that say how to store objects, except the canned ACL.
 *
 * @param subject what patterns are matched against.
 * @param readStorageClass the name of a storage class as it goes on the wire, or throws an Error that says why there is no such.
 */
export function readObjectSettingsParts(
  reader: InputReader,
  subject: PatternSubject,
  readStorageClass: (text: string) => string,
): Omit<ObjectSettingsParts, "cannedAcl"> {
  const [ruleText, cacheText] = [reader.value("headers"), reader.value("cacheControl")];
  const rules = reader.check("headers", () => parseHeaderRules(ruleText, readStorageClass, subject), []);
  const cacheControl = reader.check("cacheControl", () => parseCacheControl(cacheText, subject), []);
  const headers = {
    ...readHeader(reader, "contentType", "content-type", (text) => checkHeaderValue(text, "it")),
    ...readHeader(reader, "contentEncoding", "content-encoding", (text) => checkHeaderValue(text, "it")),
    ...reader.check("metadata", () => parseMetadata(reader.value("metadata")), {}),
    ...readHeader(reader, "storageClass", "x-amz-storage-class", readStorageClass),
  };
  const tags = readTags(reader);
  const checksumAlgorithm = reader.choice("checksumAlgorithm", CHECKSUMS, "auto");
  return { headers, cacheControl, rules, tags, checksumAlgorithm };
}

/** Reads the tags of objects; undefined if the input is empty. */
export function readTags(reader: InputReader): ObjectSettings["tags"] {
  return reader.check("tags", () => parseTags(reader.value("tags")), undefined);
}

/** The rules of `headers`. Empty, with a problem, if a rule and the settings for all files have too much metadata together. */
export function checkRules(reader: InputReader, parts: ObjectSettingsParts): ObjectSettingsParts["rules"] {
  const check = () => {
    createObjectSettings(parts);
    return parts.rules;
  };
  return reader.check("headers", check, []);
}

/** @returns the header, if the input names it. */
function readHeader(
  reader: InputReader,
  input: string,
  header: string,
  read: (text: string) => string,
): Record<string, string> {
  const text = reader.value(input);
  const value = text === "" ? "" : reader.check(input, () => read(text), "");
  return value === "" ? {} : { [header]: value };
}
