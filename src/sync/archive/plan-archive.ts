import { contentHash } from "../../archive/content-hash.ts";
import { maxArchiveBytes, whyNameIsRefused } from "../../archive/write-archive.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import { watchPatterns } from "../../files/pattern-use.ts";
import { type LocalFile, scan, scanBase } from "../../files/scan.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import type { ObjectHeaders } from "../../s3/put-object.ts";
import type { ArchiveOptions, UploadOptions } from "../options.ts";
import { headOrRefusal } from "../plan/compare.ts";
import { findHeaderChange } from "../plan/header-change.ts";
import { refuseObject } from "../plan/object-limits.ts";
import { guardExisting } from "../plan/overwrite-guard.ts";
import { remarkOnLines, remarkOnRules, watchRules } from "../plan/pattern-remarks.ts";
import { type Action, EXISTS, NOT_LOOKED_FOR, type PlanProblem, type PlanRemark } from "../plan/plan.ts";
import type { PlanContext } from "../plan/plan-context.ts";
import { listPrefix } from "../plan/remote-listing.ts";
import { MAX_METADATA_BYTES, metadataBytes } from "../settings/metadata.ts";
import { measureArchive } from "./archive-content.ts";
import { readEntries } from "./archive-entries.ts";
import { partSizeForArchive } from "./archive-parts.ts";
import { type ArchivePlan, type ArchivePutAction, CONTENT_HASH_HEADER, type ExistingArchive } from "./archive-plan.ts";

const WAY_OUT = "Or set overwrite to always: then the step needs no listing, and s3:PutObject is enough.";

/** An upload whose files become one object. */
export interface ArchiveUploadOptions extends UploadOptions {
  readonly archive: ArchiveOptions;
}

/**
 * Decides what becomes of the object that all files are put into:
 *
 * | overwrite | not there | there, of the same files | there, of others |
 * |---|---|---|---|
 * | changed | put | headers are updated if they differ, else kept | put |
 * | always | put | put | put |
 * | never | put | left | left |
 * | error | put | a problem | a problem |
 *
 * @param isNewBucket whether the bucket has just been made, or would be in a real run.
 * @throws {StepError} if a file cannot be read or the bucket cannot be listed; {ScanError}; the signal's reason.
 */
export async function planArchive(
  options: ArchiveUploadOptions,
  context: PlanContext,
  isNewBucket = false,
): Promise<ArchivePlan> {
  const { source, archive, prefix, access } = options;
  const patterns = watchPatterns(options.patterns);
  const warn: PlanContext["warn"] = (warning) => {
    if (!warning.mayHaveBeenFolder) context.warn(warning);
  };
  const files: LocalFile[] = [];
  const { followSymlinks } = options;
  for await (const file of scan(source, patterns, warn, { followSymlinks, signal: context.signal })) files.push(file);
  const problems = refusedNames(files, archive);
  const sourceBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const found = {
    filesFound: files.length,
    ...(files.length > 0 ? { archive: { name: archive.name, sourceBytes } } : {}),
  };
  const nothing = { actions: [], entries: [], contentSha256: "", existing: undefined, written: undefined };
  const lines = remarkOnLines(patterns, "file", files.length > 0);
  if (files.length === 0) return { ...found, ...nothing, problems, remarks: lines };
  if (problems.length > 0) return { ...found, ...nothing, problems };

  const entries = await readEntries(scanBase(source), files, context);
  const contentSha256 = contentHash(entries, archive);
  const refusal = refuseArchive(options, maxArchiveBytes(entries), contentSha256);
  if (refusal) return { ...found, ...nothing, problems: [refusal] };
  const { action, existing } = await new Decision(options, context, contentSha256, sourceBytes).make(isNewBucket);
  const key = prefix + archive.name;
  const exists = options.overwrite === "error" && action.reason === EXISTS ? [key] : [];
  const problem = guardExisting(exists, "objects", () => key, `s3://${access.bucketName}/${prefix}`);
  // In a real run the upload shows this.
  const isMeasured = !problem && (existing !== undefined || (options.dryRun && action.kind === "put"));
  const written = isMeasured ? await measureArchive(scanBase(source), entries, archive, context.signal) : undefined;
  if (action.kind === "put" && written) action.sizeBytes = written.sizeBytes;
  const remarks = [...lines, ...remarkOnUnusedRules(options)];
  return {
    ...found,
    actions: [action],
    problems: problem ? [problem] : [],
    remarks,
    entries,
    contentSha256,
    existing,
    written,
  };
}

/** The settings of this object, without those that all objects of the step share. */
export function archiveHeaders({ archive, settings }: ArchiveUploadOptions, contentSha256: string): ObjectHeaders {
  return {
    "content-type": archive.format === "zip" ? "application/zip" : "application/gzip",
    ...settings.headersFor(archive.name),
    [CONTENT_HASH_HEADER]: contentSha256,
  };
}

function refusedNames(files: readonly LocalFile[], archive: ArchiveOptions): PlanProblem[] {
  return files.flatMap(({ path }) => {
    const why = whyNameIsRefused(path, archive);
    const advice = "Rename the file, exclude it with a pattern, or set archive to tar.gz.";
    return why === undefined
      ? []
      : [
          {
            input: "archive",
            code: "file-name-not-supported" as const,
            message: `${path} cannot be put into a zip archive: ${why}. ${advice}`,
          },
        ];
  });
}

/** Why S3 would refuse the object. */
function refuseArchive(
  options: ArchiveUploadOptions,
  maxBytes: number,
  contentSha256: string,
): PlanProblem | undefined {
  const { archive, prefix, partSizeBytes } = options;
  const partBytes = partSizeForArchive(maxBytes, partSizeBytes);
  const refusal = refuseObject(prefix + archive.name, maxBytes, partBytes);
  if (refusal) {
    const message = `${archive.name} cannot be uploaded: ${refusal.message}.`;
    return { input: "archiveName", code: refusal.code, message };
  }
  try {
    const sizeBytes = metadataBytes(archiveHeaders(options, contentSha256));
    if (sizeBytes <= MAX_METADATA_BYTES) return undefined;
    const message = `the metadata of the archive has ${sizeBytes} bytes in total, and S3 allows ${MAX_METADATA_BYTES}. The task itself adds archive-content-sha256 to it. Shorten or remove other metadata, here or in headers.`;
    return { input: "metadata", code: "metadata-too-large", message };
  } catch (error) {
    return { input: "headers", code: codeOf(error), message: (error as Error).message };
  }
}

function remarkOnUnusedRules({ settings, archive }: ArchiveUploadOptions): PlanRemark[] {
  const rules = watchRules(settings.rules);
  rules.see(archive.name);
  return remarkOnRules(rules.unused());
}

interface Decided {
  readonly action: ArchivePutAction | Exclude<Action, { readonly kind: "put" }>;
  /** Set if the object is of the same files. */
  readonly existing: ExistingArchive | undefined;
}

/** Compares the archive with the object that has its name. */
class Decision {
  readonly #options: ArchiveUploadOptions;
  readonly #context: PlanContext;
  readonly #contentSha256: string;
  readonly #sourceBytes: number;

  constructor(options: ArchiveUploadOptions, context: PlanContext, contentSha256: string, sourceBytes: number) {
    this.#options = options;
    this.#context = context;
    this.#contentSha256 = contentSha256;
    this.#sourceBytes = sourceBytes;
  }

  async make(isNewBucket: boolean): Promise<Decided> {
    const { overwrite } = this.#options;
    if (isNewBucket) return this.#put("new", false);
    if (overwrite === "always") return this.#put(NOT_LOOKED_FOR, false);
    const object = await this.#find();
    if (!object) return this.#put("new", false);
    if (overwrite === "changed") return this.#compare(object);
    return { action: { kind: "skip", ...this.#subject(object.sizeBytes ?? 0), reason: EXISTS }, existing: undefined };
  }

  async #find(): Promise<RemoteObject | undefined> {
    const { prefix, archive } = this.#options;
    const { bucket, signal } = this.#context;
    const key = prefix + archive.name;
    for await (const object of listPrefix(bucket, key, "any", WAY_OUT, signal)) {
      if (object.key === key) return object;
      // Amazon S3 lists the key itself before all that start with it.
      if (bucket.isAmazon) return undefined;
    }
    return undefined;
  }

  async #compare(object: RemoteObject): Promise<Decided> {
    const { encryption, settings, archive } = this.#options;
    const { bucket, signal } = this.#context;
    const head = await headOrRefusal({ bucket, encryption, signal }, object.key);
    if (head instanceof ServiceError) return this.#put(`cannot be compared: ${head.awsCode} on HEAD`, true);
    const stored = head.headers[CONTENT_HASH_HEADER];
    if (stored === undefined) return this.#put("cannot be compared: it has no archive-content-sha256", true);
    if (stored !== this.#contentSha256) return this.#put("content differs", true);

    const context = { bucket, settings, encryption, signal };
    const change = await findHeaderChange(context, archive.name, object.key, object, head);
    // A store other than Amazon S3 may not keep the class: each run would copy the object again.
    const difference = change?.storageClass !== undefined && !bucket.isAmazon ? undefined : change;
    if (difference && difference.etag === undefined) return this.#put(difference.reason, true);
    const subject = this.#subject(head.sizeBytes);
    const existing = { sizeBytes: head.sizeBytes, versionId: head.headers["x-amz-version-id"] };
    if (!difference) return { action: { kind: "skip", ...subject, reason: "same content" }, existing };
    const { reason, isTagsOnly } = difference;
    return { action: { kind: "update", ...subject, reason, etag: head.etag, isTagsOnly }, existing };
  }

  #put(reason: string, replaces: boolean): Decided {
    return { action: { kind: "put", ...this.#subject(this.#sourceBytes), reason, replaces }, existing: undefined };
  }

  #subject(sizeBytes: number) {
    const { name } = this.#options.archive;
    return { path: name, relativeKey: name, sizeBytes };
  }
}
