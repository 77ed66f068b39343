import { InputReader } from "../../src/agent/inputs.ts";
import type { SiteOptions } from "../../src/site/options.ts";
import { type InNameOf, readAccess } from "../../src/task/inputs/access.ts";
import { readUploadEncryption } from "../../src/task/inputs/encryption.ts";
import { readConcurrency, readDeleteLimit, readPatterns } from "../../src/task/inputs/transfer.ts";
import { readPartSizeBytes, readPrefix, readSource } from "../../src/task/inputs/upload.ts";
import { readDistribution } from "./distribution-inputs.ts";
import { readDocuments } from "./document-inputs.ts";
import { readDomain } from "./domain-inputs.ts";
import { readHosting } from "./hosting-inputs.ts";
import { readSiteSettings } from "./settings-inputs.ts";
import { readSiteUrl } from "./site-url-input.ts";

const COMPRESSIONS = ["off", "gzip", "brotli"] as const;

/** Ten years: longer than any tab stays open. */
const KEPT_DAYS = { min: 0, max: 3650, unit: "days" };
const DEFAULT_KEPT_DAYS = 7;

/**
 * Reads the task's inputs. Nothing has been sent yet when it throws.
 *
 * @throws {InputError} with every wrong input.
 */
export function readInputs(): InNameOf<SiteOptions> {
  const reader = new InputReader();
  const { access, isAmazon } = readAccess(reader, "targetFolder");
  const source = readSiteFolder(reader);
  const prefix = readPrefix(reader);
  const patterns = readPatterns(reader, source);
  const followSymlinks = reader.boolean("followSymlinks", true);
  const documents = readDocuments(reader);
  const cleanUrls = reader.boolean("cleanUrls");
  const compress = reader.choice("compress", COMPRESSIONS, "off");
  const keepRemovedDays = reader.wholeNumber("keepRemovedDays", KEPT_DAYS, `${DEFAULT_KEPT_DAYS}`);
  const maxDelete = readDeleteLimit(reader);
  const dryRun = reader.boolean("dryRun");
  const concurrency = readConcurrency(reader);
  const settings = readSiteSettings(reader, source, isAmazon, compress);
  const encryption = readUploadEncryption(reader, undefined, isAmazon);
  const hosting = readHosting(reader, access, encryption);
  const distribution = readDistribution(reader);
  const domain = readDomain(reader, access, distribution !== undefined);
  const verify = reader.boolean("verify", true);
  const siteUrl = readSiteUrl(reader);
  const partSizeBytes = readPartSizeBytes(reader);
  reader.finish();
  return {
    // finish() has thrown where there is no access.
    access: access as NonNullable<typeof access>,
    source,
    prefix,
    patterns,
    followSymlinks,
    settings,
    ...(encryption ? { encryption } : {}),
    maxDelete,
    keepRemovedDays: keepRemovedDays ?? DEFAULT_KEPT_DAYS,
    keepReleases: 0,
    dryRun,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(partSizeBytes === undefined ? {} : { partSizeBytes }),
    ...documents,
    cleanUrls,
    compress,
    ...hosting,
    ...(distribution ? { distribution } : {}),
    ...(domain ? { domain } : {}),
    verify,
    ...(siteUrl ? { siteUrl } : {}),
  };
}

function readSiteFolder(reader: InputReader): string {
  const { path, isFile } = readSource(reader, "Enter the folder with the built site.");
  if (isFile)
    reader.problem("sourceFolder", "path-invalid", `${path} is a file, and a site is a folder. Enter the folder.`);
  return path;
}
