import { InputReader } from "../../src/agent/inputs.ts";
import type { Encryption } from "../../src/s3/encryption.ts";
import type { RollbackOptions, SiteOptions } from "../../src/site/options.ts";
import { finishReading, type InNameOf, readAccess, type TaskAccess } from "../../src/task/inputs/access.ts";
import { readUploadEncryption } from "../../src/task/inputs/encryption.ts";
import { readTags } from "../../src/task/inputs/object.ts";
import { readConcurrency, readDeleteLimit, readPatterns } from "../../src/task/inputs/transfer.ts";
import { readPartSizeBytes, readPrefix, readSource } from "../../src/task/inputs/upload.ts";
import { readDistribution } from "./distribution-inputs.ts";
import { readDocuments } from "./document-inputs.ts";
import { readDomain } from "./domain-inputs.ts";
import { readHosting } from "./hosting-inputs.ts";
import {
  type PreviewInputs,
  readPreview,
  readPreviewDays,
  readPullRequest,
  refuseBucketWideInputs,
} from "./preview-inputs.ts";
import { readRollbackTo } from "./rollback-inputs.ts";
import { readSiteSettings } from "./settings-inputs.ts";
import { readHasOwnHost, readPreviewUrl, readSiteUrl } from "./site-url-inputs.ts";

/** The values of siteAccess, which only changes the form. */
const SITE_ACCESSES = ["website", "cloudFront", "other"] as const;

const ACTIONS = ["publish", "rollback", "preview", "removePreviews"] as const;
const COMPRESSIONS = ["off", "gzip", "brotli"] as const;

/** Ten years: longer than any tab stays open. */
const KEPT_DAYS = { min: 0, max: 3650, unit: "days" };
const DEFAULT_KEPT_DAYS = 7;

/** Each publish reads the records of all. */
const KEPT_RELEASES = { min: 0, max: 50 };

/** The actions of the task. */
export type SiteInputs =
  | ({ readonly action: "publish" } & InNameOf<SiteOptions>)
  | ({ readonly action: "rollback" } & InNameOf<RollbackOptions>)
  | ({
      readonly action: "preview";
      readonly pullRequestPreview: PreviewInputs;
      readonly rootPrefix: string;
      readonly hasOwnHost: boolean;
    } & InNameOf<SiteOptions>)
  | ({ readonly action: "removePreviews" } & InNameOf<RemovalOptions>);

/** Selects the previews to remove. */
export interface RemovalOptions {
  readonly access: SiteOptions["access"];
  /** The key prefix of all previews: empty, or with a `/` at its end. */
  readonly prefix: string;
  readonly previewDays: number;
  /** The number of a pull request, to remove only its previews. */
  readonly pullRequest?: number;
  readonly encryption?: Encryption;
  readonly dryRun: boolean;
}

/**
 * Reads the task's inputs: those of the action, since those of another one have no effect. Nothing has been sent yet when it throws.
 *
 * @throws {InputError} with every wrong input.
 */
export function readInputs(): SiteInputs {
  const reader = new InputReader();
  const action = reader.choice("action", ACTIONS, "publish");
  // It changes nothing but the form. A wrong value is still a mistake of the person who wrote it.
  reader.choice("siteAccess", SITE_ACCESSES, "other");
  switch (action) {
    case "publish":
      return { action, ...finished(reader, readPublish(reader)) };
    case "rollback":
      return { action, ...readRollback(reader) };
    case "preview":
      return { action, ...readPreviewPublish(reader) };
    case "removePreviews":
      return { action, ...readRemoval(reader) };
  }
}

/** A publish as far as it could be read. */
type ReadPublish = Omit<InNameOf<SiteOptions>, "access"> & { readonly access: TaskAccess | undefined };

/** @throws {InputError} with every wrong input. */
function finished(reader: InputReader, { access, ...options }: ReadPublish): InNameOf<SiteOptions> {
  return { access: finishReading(reader, access), ...options };
}

/** A preview keeps no releases, and changes nothing of the bucket. */
function readPreviewPublish(reader: InputReader) {
  const pullRequestPreview = readPreview(reader);
  refuseBucketWideInputs(reader);
  const publish = readPublish(reader, pullRequestPreview.name);
  const rootPrefix = publish.prefix;
  return {
    ...finished(reader, publish),
    prefix: `${rootPrefix}${pullRequestPreview.name}/`,
    rootPrefix,
    hasOwnHost: readHasOwnHost(reader),
    pullRequestPreview,
  };
}

function readPublish(reader: InputReader, preview?: string): ReadPublish {
  const { access, isAmazon } = readAccess(reader, "targetFolder");
  const source = readSiteFolder(reader);
  const prefix = readPrefix(reader);
  const patterns = readPatterns(reader, { root: source });
  const followSymlinks = reader.boolean("followSymlinks", true);
  const documents = readDocuments(reader);
  const cleanUrls = reader.boolean("cleanUrls");
  const compress = reader.choice("compress", COMPRESSIONS, "off");
  const keepRemovedDays = readKeepRemovedDays(reader);
  const keepReleases = preview ? 0 : (reader.wholeNumber("keepReleases", KEPT_RELEASES, "0") ?? 0);
  const maxDelete = readDeleteLimit(reader);
  const dryRun = reader.boolean("dryRun");
  const concurrency = readConcurrency(reader);
  const settings = readSiteSettings(reader, source, isAmazon, compress);
  const encryption = readUploadEncryption(reader, undefined, isAmazon);
  const hosting = readHosting(reader, access, encryption, preview !== undefined);
  const distribution = readDistribution(reader);
  const domain = preview ? undefined : readDomain(reader, access, distribution !== undefined);
  const verify = reader.boolean("verify", true);
  const siteUrl = preview ? readPreviewUrl(reader, preview) : readSiteUrl(reader);
  const partSizeBytes = readPartSizeBytes(reader);
  return {
    access,
    source,
    prefix,
    patterns,
    followSymlinks,
    settings,
    ...(encryption ? { encryption } : {}),
    maxDelete,
    keepRemovedDays,
    keepReleases,
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

function readRollback(reader: InputReader): InNameOf<RollbackOptions> {
  const { access, isAmazon } = readAccess(reader, "targetFolder");
  const prefix = readPrefix(reader);
  const rollbackTo = readRollbackTo(reader);
  const keepRemovedDays = readKeepRemovedDays(reader);
  const dryRun = reader.boolean("dryRun");
  const concurrency = readConcurrency(reader);
  const tags = readTags(reader);
  const encryption = readUploadEncryption(reader, undefined, isAmazon);
  const distribution = readDistribution(reader);
  const verify = reader.boolean("verify", true);
  const siteUrl = readSiteUrl(reader);
  return {
    access: finishReading(reader, access),
    prefix,
    rollbackTo,
    settings: { tags },
    ...(encryption ? { encryption } : {}),
    keepRemovedDays,
    dryRun,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(distribution ? { distribution } : {}),
    verify,
    ...(siteUrl ? { siteUrl } : {}),
  };
}

function readRemoval(reader: InputReader): InNameOf<RemovalOptions> {
  const { access, isAmazon } = readAccess(reader, "targetFolder");
  const prefix = readPrefix(reader);
  const pullRequest = readPullRequest(reader);
  const previewDays = readPreviewDays(reader);
  const encryption = readUploadEncryption(reader, undefined, isAmazon);
  const dryRun = reader.boolean("dryRun");
  return {
    access: finishReading(reader, access),
    prefix,
    previewDays,
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(encryption ? { encryption } : {}),
    dryRun,
  };
}

function readKeepRemovedDays(reader: InputReader): number {
  return reader.wholeNumber("keepRemovedDays", KEPT_DAYS, `${DEFAULT_KEPT_DAYS}`) ?? DEFAULT_KEPT_DAYS;
}

function readSiteFolder(reader: InputReader): string {
  const { path, isFile } = readSource(reader, "Enter the folder with the built site.");
  if (isFile) reader.problem("sourceFolder", "path-invalid", `${path} is a file. Enter the folder of the site.`);
  return path;
}
