import { basename, join } from "node:path";
import { codeOf } from "../../errors/coded-error.ts";
import type { CodedMessage } from "../../errors/coded-message.ts";
import { folderOf, foldersAbove, lastName } from "../../files/below-folder.ts";
import { compareUtf8 } from "../../files/byte-order.ts";
import { type UseWatch, type WatchedPatterns, watchPatterns } from "../../files/pattern-use.ts";
import { type LocalFile, type ScanWarning, scan, scanBase } from "../../files/scan.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { partSizeFor } from "../../s3/multipart/part-size.ts";
import type { SettingRule, UploadOptions } from "../options.ts";
import { previewFolders, SITE_MANIFEST } from "../preview-folders.ts";
import { BackgroundQueue } from "./background-queue.ts";
import { type CompareContext, compare } from "./compare.ts";
import { checkDeleteLimit, FEW_DELETIONS } from "./delete-limit.ts";
import { findHeaderChange } from "./header-change.ts";
import { mergeJoin } from "./merge-join.ts";
import { refuseObject } from "./object-limits.ts";
import { guardExisting } from "./overwrite-guard.ts";
import { remarkOnLines, remarkOnRules, watchRules } from "./pattern-remarks.ts";
import {
  type Action,
  type DeleteAction,
  describeFlattened,
  EXISTS,
  NOT_LOOKED_FOR,
  type Plan,
  type PlanProblem,
  type PlanRemark,
  type UpdateAction,
} from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";
import { isFolderMarker, listPrefix, planInOrder } from "./remote-listing.ts";
import { isInShard } from "./shard.ts";
import { SkippedPaths } from "./skipped-paths.ts";
import { StorageClasses } from "./storage-classes.ts";
import { UntypedObjects } from "./untyped-objects.ts";

const WAY_OUT =
  "Or set overwrite to always, without deleteExtra: then the step does not list the bucket, and s3:PutObject is enough.";

/**
 * Decides what becomes of each file, and of each object that has no file:
 *
 * | overwrite | not there | there, the same | there, and differs |
 * |---|---|---|---|
 * | changed | put | headers are updated if they differ, else kept | put |
 * | always | put | put | put |
 * | never | put | left | left |
 * | error | put | a problem | a problem |
 *
 * An object without a file is deleted where `deleteExtra` says so and the patterns cover its name, else left. The bucket is listed only
 * where that decides something.
 *
 * @param isNewBucket whether the bucket has just been made, or would be in a real run: then there is nothing to be listed.
 * @throws {StepError} if the bucket cannot be listed; {ScanError}; what a comparison throws; the signal's reason.
 */
export async function planUpload(options: UploadOptions, context: PlanContext, isNewBucket = false): Promise<Plan> {
  return planInOrder(context, (each) => new UploadPlanner(options, each, isNewBucket).plan());
}

class UploadPlanner {
  readonly #options: UploadOptions;
  readonly #context: PlanContext;
  readonly #isNewBucket: boolean;
  readonly #base: string;
  readonly #compareContext: CompareContext;
  readonly #decisions = new BackgroundQueue<Action>();
  readonly #extra: DeleteAction[] = [];
  /** Those of sites in folders, whether or not the patterns cover them. */
  readonly #manifests: string[] = [];
  readonly #problems: PlanProblem[] = [];
  /** What `overwrite: error` checks. */
  readonly #existing: string[] = [];
  readonly #patterns: WatchedPatterns;
  readonly #rules: UseWatch<SettingRule>;
  readonly #untyped: UntypedObjects;
  readonly #classes: StorageClasses;
  readonly #skippedPaths = new SkippedPaths();
  #filesFound = 0;
  #objectsFound = 0;

  constructor(options: UploadOptions, context: PlanContext, isNewBucket: boolean) {
    this.#options = options;
    this.#context = context;
    this.#isNewBucket = isNewBucket;
    this.#base = scanBase(options.source);
    this.#patterns = watchPatterns(options.patterns);
    this.#rules = watchRules(options.settings.rules);
    this.#compareContext = {
      ...context,
      compareBy: options.compareBy,
      source: "file",
      partSizeFor: (sizeBytes) => options.partSizeBytes ?? partSizeFor(sizeBytes),
      encryption: options.encryption,
    };
    this.#classes = new StorageClasses(context.bucket.isAmazon);
    this.#untyped = new UntypedObjects({ ...this.#compareContext, settings: options.settings });
  }

  async plan(): Promise<Plan> {
    const { prefix, shard } = this.#options;
    const pairs = mergeJoin({
      locals: this.#files(),
      nameOfLocal: (file) => this.#relativeKeyOf(file),
      remotes: this.#objects(),
      nameOfRemote: ({ key }) => key.slice(prefix.length),
      signal: this.#context.signal,
    });
    for await (const [file, object] of pairs) {
      this.#context.considered?.();
      if (object && !isFolderMarker(object, prefix)) this.#objectsFound++;
      if (file && isInShard(this.#relativeKeyOf(file), shard)) await this.#decide(file, object);
      else if (!file && object) this.#considerExtra(object);
    }
    const decisions = this.#classes.applyTo(await this.#decisions.finish());
    const previews = await this.#previewFolders();
    const isOfPreview = ({ relativeKey }: DeleteAction) => previews.some((folder) => relativeKey.startsWith(folder));
    const deletions = this.#extra.filter(
      (action) => !this.#skippedPaths.covers(action.relativeKey) && !isOfPreview(action),
    );
    const place = `s3://${this.#options.access.bucketName}/${prefix}`;
    const scope = { what: "deleteExtra", place, total: this.#objectsFound, alwaysAllowed: FEW_DELETIONS };
    return {
      actions: [...decisions, ...deletions],
      problems: [
        ...this.#problems,
        guardExisting(this.#existing, "objects", (relativeKey) => prefix + relativeKey, place),
        checkDeleteLimit(deletions, scope, this.#options),
      ].filter((problem) => problem !== undefined),
      remarks: this.#remarks(),
      filesFound: this.#filesFound,
    };
  }

  /** AwsS3PublishSite publishes and removes them, and no folder has their files. */
  #previewFolders(): Promise<readonly string[]> {
    const { bucket, signal } = this.#context;
    const folders = new Set(this.#extra.flatMap(({ relativeKey }) => foldersAbove(relativeKey)));
    const manifests = this.#manifests.filter((name) => folders.has(folderOf(name)));
    return previewFolders(bucket, this.#options.prefix, manifests, signal);
  }

  #remarks(): PlanRemark[] {
    const lines = remarkOnLines(this.#patterns, "file", this.#filesFound > 0);
    if (this.#filesFound === 0) return lines;
    return [...lines, ...remarkOnRules(this.#rules.unused()), ...this.#untyped.remarks(), ...this.#classes.remarks()];
  }

  /** The files in the order of their names in the bucket. */
  #files(): AsyncIterable<LocalFile> {
    const { source, followSymlinks, flattenFolders } = this.#options;
    const warn = (warning: ScanWarning) => this.#skippedPaths.note(warning, this.#context.warn);
    const { signal } = this.#context;
    const files = this.#counted(scan(source, this.#patterns, warn, { followSymlinks, signal }));
    return flattenFolders ? this.#flatten(files) : files;
  }

  async *#counted(files: AsyncIterable<LocalFile>): AsyncGenerator<LocalFile, void> {
    for await (const file of files) {
      this.#filesFound++;
      this.#rules.see(file.path);
      yield file;
    }
  }

  /** The file's key, without the prefix. */
  #relativeKeyOf({ path }: LocalFile): string {
    return this.#options.flattenFolders ? lastName(path) : path;
  }

  /** Without folders, files have another order, and two may have the same name. */
  async *#flatten(files: AsyncIterable<LocalFile>): AsyncGenerator<LocalFile, void> {
    const byKey = new Map<string, LocalFile[]>();
    for await (const file of files) {
      const relativeKey = this.#relativeKeyOf(file);
      const others = byKey.get(relativeKey);
      if (others) others.push(file);
      else byKey.set(relativeKey, [file]);
    }
    for (const [relativeKey, alike] of byKey) {
      const paths = alike.map(({ path }) => path);
      if (paths.length > 1) this.#problems.push(describeFlattened(paths, this.#options.prefix + relativeKey));
    }
    const firsts = [...byKey.values()].flatMap(([first]) => first ?? []);
    yield* firsts.sort((a, b) => compareUtf8(this.#relativeKeyOf(a), this.#relativeKeyOf(b)));
  }

  async *#objects(): AsyncGenerator<RemoteObject, void> {
    const { prefix, ifNoFilesFound, source } = this.#options;
    if (this.#isNewBucket || !this.#needsListing()) return;
    // The first file is read before the first object.
    if (this.#filesFound === 0 && ifNoFilesFound === "error") return;
    // Of a single file nothing else matters.
    const start = this.#base === source ? prefix : prefix + basename(source);
    yield* listPrefix(this.#context.bucket, start, "byKey", WAY_OUT, this.#context.signal);
  }

  #needsListing(): boolean {
    const { overwrite, deleteExtra } = this.#options;
    return overwrite !== "always" || deleteExtra;
  }

  async #decide(file: LocalFile, object: RemoteObject | undefined): Promise<void> {
    const { path, sizeBytes } = file;
    const relativeKey = this.#relativeKeyOf(file);
    const { overwrite, prefix } = this.#options;
    const refusal =
      refuseObject(prefix + relativeKey, sizeBytes, this.#options.partSizeBytes) ?? this.#refuseHeaders(path);
    if (refusal) {
      const { code, message } = refusal;
      this.#problems.push({ input: "sourceFolder", code, message: `${path} cannot be uploaded: ${message}.` });
    } else if (!object) {
      const reason = this.#isNewBucket || this.#needsListing() ? "new" : NOT_LOOKED_FOR;
      this.#decisions.push({ kind: "put", path, relativeKey, sizeBytes, reason, replaces: false });
    } else if (overwrite === "always") {
      this.#decisions.push({ kind: "put", path, relativeKey, sizeBytes, reason: NOT_LOOKED_FOR, replaces: true });
    } else if (overwrite === "never" || overwrite === "error") {
      this.#decisions.push({ kind: "skip", path, relativeKey, sizeBytes, reason: EXISTS });
      if (overwrite === "error") this.#existing.push(relativeKey);
    } else {
      await this.#decisions.add(() => this.#compare(file, relativeKey, object));
    }
  }

  #refuseHeaders(path: string): CodedMessage | undefined {
    try {
      this.#options.settings.headersFor(path);
      return undefined;
    } catch (error) {
      return { code: codeOf(error), message: (error as Error).message };
    }
  }

  async #compare(
    { path, sizeBytes, modifiedMs }: LocalFile,
    relativeKey: string,
    object: RemoteObject,
  ): Promise<Action> {
    const file = { absolutePath: join(this.#base, path), sizeBytes, modifiedMs };
    const subject = { path, relativeKey, sizeBytes };
    const { isSame, reason, head } = await compare(this.#compareContext, file, object.key, object);
    this.#classes.see(object);
    if (!isSame) return { kind: "put", ...subject, reason, replaces: true };
    const { settings } = this.#options;
    const context = { ...this.#compareContext, settings };
    const difference = await findHeaderChange(context, path, object.key, object, head);
    if (!difference) {
      await this.#untyped.look(path, object, head);
      return { kind: "skip", ...subject, reason };
    }
    const { etag, isTagsOnly, storageClass } = difference;
    if (etag === undefined) return { kind: "put", ...subject, reason: difference.reason, replaces: true };
    const update: UpdateAction = { kind: "update", ...subject, reason: difference.reason, etag, isTagsOnly };
    if (storageClass !== undefined) this.#classes.add(update, object, storageClass);
    return update;
  }

  #considerExtra(object: RemoteObject): void {
    const { deleteExtra, prefix } = this.#options;
    if (!deleteExtra || isFolderMarker(object, prefix)) return;
    const relativeKey = object.key.slice(prefix.length);
    if (relativeKey.endsWith(`/${SITE_MANIFEST}`)) this.#manifests.push(relativeKey);
    const { sizeBytes = 0 } = object;
    if (this.#patterns.covers(relativeKey))
      this.#extra.push({
        kind: "delete",
        path: relativeKey,
        relativeKey,
        sizeBytes,
        reason: "not in the source folder",
      });
  }
}
