import type { InputReader } from "../../src/agent/inputs.ts";
import { CodedError } from "../../src/errors/coded-error.ts";
import type { SiteOptions, SiteSettings } from "../../src/site/options.ts";
import { createObjectSettings, type ObjectSettingsParts } from "../../src/sync/settings/object-settings.ts";
import { parseStorageClass } from "../../src/sync/settings/storage-class.ts";
import { checkRules, readObjectSettingsParts } from "../../src/task/inputs/object.ts";

/**
 * Storage classes whose objects must be restored before they can be read. Source: "Storage classes for archiving objects" in the Amazon S3
 * User Guide.
 */
const ARCHIVES = ["GLACIER", "DEEP_ARCHIVE"];

/**
 * Reads the object settings of the site in two layers. The site's own `_headers` file comes between them.
 *
 * @param root the source folder, with which patterns may start.
 */
export function readSiteSettings(
  reader: InputReader,
  root: string,
  isAmazon: boolean,
  compress: SiteOptions["compress"],
): SiteSettings {
  const cachePreset = reader.choice("cachePreset", ["standard", "none"], "standard");
  const read = readObjectSettingsParts(reader, { root }, (text) => parseReadableStorageClass(text, isAmazon));
  const parts: ObjectSettingsParts = { ...read, cannedAcl: undefined };
  const rules = checkRules(reader, parts);
  const encoding = parts.headers["content-encoding"];
  if (encoding && compress !== "off") {
    const why = `it cannot be used with compress: ${compress}, which sets it for each file that it compresses`;
    reader.problem("contentEncoding", "inputs-in-conflict", `${why}. Remove one of the two.`);
  }
  const ruled = createObjectSettings({ ...parts, headers: {}, cacheControl: [], rules });
  const others = createObjectSettings({ ...parts, rules: [] });
  const { tags, checksumAlgorithm } = parts;
  return { cachePreset, headersFor: others.headersFor, ruledHeadersFor: ruled.headersFor, tags, checksumAlgorithm };
}

function parseReadableStorageClass(text: string, isAmazon: boolean): string {
  const name = parseStorageClass(text, isAmazon);
  if (!isAmazon || !ARCHIVES.includes(name)) return name;
  throw new CodedError(
    "storage-class-invalid",
    `${name} is an archive, which visitors cannot read. Enter another one, for example GLACIER_IR.`,
  );
}
