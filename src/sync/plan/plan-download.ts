import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ArchiveFile } from "../../extract/archive-contents.ts";
import { compareUtf8 } from "../../files/byte-order.ts";
import { type FolderIdentity, findIdentity } from "../../files/folder-identity.ts";
import { type WatchedPatterns, watchPatterns } from "../../files/pattern-use.ts";
import { foldName } from "../../files/safe-path.ts";
import { type LocalFile, scan } from "../../files/scan.ts";
import { TargetFiles } from "../../files/target-files.ts";
import { isLeftover, isTemporary } from "../../files/temporary-file.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { partSizeFor } from "../../s3/multipart/part-size.ts";
import { eventLoopTurns } from "../../scheduling/event-loop-turns.ts";
import type { DownloadOptions } from "../options.ts";
import { BackgroundQueue } from "./background-queue.ts";
import { type CompareContext, compare } from "./compare.ts";
import { checkDeleteLimit, FEW_DELETIONS } from "./delete-limit.ts";
import { DownloadPaths, describeOtherName, tellsCaseApart } from "./download-paths.ts";
import { type DownloadSource, findSource } from "./download-source.ts";
import { type Folding, joinByFoldedName, mergeJoin } from "./merge-join.ts";
import { decideOverwrite, guardExisting } from "./overwrite-guard.ts";
import { remarkOnLines } from "./pattern-remarks.ts";
import type {
  Action,
  DeleteAction,
  ExtractAction,
  FolderAction,
  GetAction,
  Plan,
  PlanProblem,
  PlanRemark,
} from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";
import { isFolderMarker, planInOrder, requireListed } from "./remote-listing.ts";
import { isInShard } from "./shard.ts";

/** A plan, and the prefix of its keys. */
export interface DownloadPlan extends Plan {
  /** Of the keys of all actions; for a single object, the folder that it is in. */
  readonly prefix: string;
  /** Temporary files that a run left behind when it was killed, relative to the target. */
  readonly leftovers: readonly string[];
  /** The identity of the target when it was read; undefined if it did not exist. */
  readonly targetIdentity: FolderIdentity | undefined;
  /** Whether names that differ only in case are different files in the target. */
  readonly tellsCaseApart: boolean;
  /** Archives to extract. Each path is that of the folder for its files, empty for the target itself. */
  readonly archiveObjects: readonly GetAction[];
  /** The content of the archives, once they are read. */
  readonly archives?: readonly ReadArchive[];
}

/** An archive that was fetched and checked. */
export interface ReadArchive {
  readonly file: ArchiveFile;
  /** Of the object. */
  readonly modifiedMs: number;
  readonly actions: readonly ExtractAction[];
}

/**
 * Decides what becomes of each object: the same table as for an upload (`planUpload`), with the ends exchanged; headers do not matter.
 * Keys that end in `/` and hold nothing become folders. Only the paths that objects become are looked at; with `deleteExtra` the target
 * is walked too, to find the files that have no object. Nothing is written yet.
 *
 * @throws {StepError} if the bucket cannot be listed, the source is an object and a folder, or nothing can be written into the target;
 * {ScanError}; what a comparison throws; the signal's reason.
 */
export async function planDownload(options: DownloadOptions, context: PlanContext): Promise<DownloadPlan> {
  return planInOrder(context, async (each) => {
    const source = await findSource(options, each);
    return new DownloadPlanner(options, each, source, await tellsCaseApart(options)).plan();
  });
}

const NEEDS_SIZE = "A download needs it.";

class DownloadPlanner {
  readonly #options: DownloadOptions;
  readonly #context: PlanContext;
  readonly #source: DownloadSource;
  readonly #prefix: string;
  readonly #tellsCaseApart: boolean;
  readonly #compareContext: CompareContext;
  readonly #patterns: WatchedPatterns;
  readonly #paths: DownloadPaths;
  readonly #targetFiles: TargetFiles;
  readonly #folders: FolderAction[] = [];
  readonly #archives: GetAction[] = [];
  readonly #decisions = new BackgroundQueue<Action>();
  readonly #extra: DeleteAction[] = [];
  /** What `overwrite: error` checks. */
  readonly #existing: string[] = [];
  readonly #leftovers = new Set<string>();
  /** Objects whose paths are other names of files or folders. */
  readonly #otherNames: PlanProblem[] = [];
  readonly #targetIdentity: FolderIdentity | undefined;
  #filesFound = 0;
  #filesInTarget = 0;

  constructor(options: DownloadOptions, context: PlanContext, source: DownloadSource, tellsCaseApart: boolean) {
    this.#options = options;
    this.#context = context;
    this.#source = source;
    this.#prefix = source.prefix;
    this.#tellsCaseApart = tellsCaseApart;
    this.#patterns = watchPatterns(options.patterns);
    this.#paths = new DownloadPaths(options, source.prefix, tellsCaseApart);
    this.#targetFiles = new TargetFiles(options.target);
    this.#targetIdentity = findIdentity(options.target);
    this.#compareContext = {
      ...context,
      compareBy: options.compareBy,
      source: "object",
      partSizeFor,
      encryption: options.encryption,
    };
  }

  async plan(): Promise<DownloadPlan> {
    const ends = {
      locals: this.#walkTarget(),
      nameOfLocal: ({ path }: LocalFile) => path,
      remotes: this.#inOrder(this.#source.objects),
      nameOfRemote: (object: RemoteObject) => this.#paths.pathOf(object),
      signal: this.#context.signal,
    };
    const pairs = this.#tellsCaseApart ? mergeJoin(ends) : joinByFoldedName(ends, this.#folding());
    for await (const [file, object] of pairs) {
      this.#context.considered?.();
      const isWanted = object && isInShard(this.#relativeKeyOf(object), this.#options.shard);
      if (isWanted && this.#paths.isArchive(object.key)) this.#addArchive(object);
      else if (isWanted) await this.#decide(object, file);
      else if (file && !object) this.#addExtra(file);
    }
    const decisions = await this.#decisions.finish();
    await this.#findLeftovers();
    const { target } = this.#options;
    const scope = { what: "deleteExtra", place: target, total: this.#filesInTarget, alwaysAllowed: FEW_DELETIONS };
    return {
      prefix: this.#prefix,
      actions: [...this.#folders, ...decisions, ...this.#extra],
      problems: [
        ...this.#paths.problems,
        ...this.#otherNames,
        guardExisting(this.#existing, "files", (path) => join(target, path), target),
        checkDeleteLimit(this.#extra, scope, this.#options),
      ].filter((problem) => problem !== undefined),
      remarks: [...this.#remarksOnLines(), ...this.#paths.remarks],
      filesFound: this.#filesFound,
      leftovers: [...this.#leftovers],
      targetIdentity: this.#targetIdentity,
      tellsCaseApart: this.#tellsCaseApart,
      archiveObjects: this.#archives,
    };
  }

  /** A line that names `.git` may be for what is in the archives. */
  #remarksOnLines(): PlanRemark[] {
    const unusedLines = () =>
      this.#patterns.unusedLines().filter(({ item }) => this.#archives.length === 0 || !item.names(".git"));
    return remarkOnLines({ ...this.#patterns, unusedLines }, "object", this.#filesFound > 0);
  }

  #folding(): Folding {
    return { fold: foldName, isOne: (local, other) => this.#targetFiles.isSameFile(local, other) };
  }

  #relativeKeyOf({ key }: RemoteObject): string {
    return key.slice(this.#prefix.length);
  }

  /** The files that may have to go, in the order of their paths. */
  async *#walkTarget(): AsyncGenerator<LocalFile, void> {
    if (!this.#options.deleteExtra) return;
    const root = join(this.#options.target, this.#paths.base);
    // Files behind a link are not below the target.
    if (!existsSync(root) || this.#targetFiles.linkAbove(`${this.#paths.base}file`) !== undefined) return;
    const matches = (path: string) => isTemporary(path) || this.#patterns.covers(path);
    const options = { linksAsFiles: true, signal: this.#context.signal };
    for await (const file of scan(root, { ...this.#patterns, matches }, () => undefined, options)) {
      const path = this.#paths.base + file.path;
      if (isLeftover(join(this.#options.target, path))) this.#leftovers.add(path);
      if (isTemporary(path)) continue;
      this.#filesInTarget++;
      yield { ...file, path };
    }
  }

  /** A run that was killed left its temporary files where this one writes. */
  async #findLeftovers(): Promise<void> {
    const takeTurns = eventLoopTurns(this.#context.signal);
    for (const folder of this.#targetFiles.existingFolders()) {
      await takeTurns();
      for (const name of namesIn(join(this.#options.target, folder))) {
        const path = folder === "" ? name : `${folder}/${name}`;
        if (isLeftover(join(this.#options.target, path))) this.#leftovers.add(path);
      }
    }
  }

  /** The objects that become files, in the order of the files' paths. */
  async *#inOrder(objects: AsyncIterable<RemoteObject>): AsyncGenerator<RemoteObject, void> {
    const chosen = this.#chosenAmong(objects);
    for await (const object of this.#paths.areInOrder ? chosen : this.#sorted(chosen)) {
      if (isFolderMarker(object, this.#prefix)) this.#addFolder(object);
      else if (this.#isExtractedToTarget(object) || this.#paths.canBecomeFile(object)) yield object;
    }
  }

  async *#sorted(objects: AsyncIterable<RemoteObject>): AsyncGenerator<RemoteObject, void> {
    const all: RemoteObject[] = [];
    for await (const object of objects) all.push(object);
    yield* all.sort((a, b) => compareUtf8(this.#paths.pathOf(a), this.#paths.pathOf(b)));
  }

  /** The objects that the patterns cover: files, and markers of folders. */
  async *#chosenAmong(objects: AsyncIterable<RemoteObject>): AsyncGenerator<RemoteObject, void> {
    for await (const object of objects) {
      const relativeKey = this.#relativeKeyOf(object);
      if (relativeKey === "") this.#paths.checkOwnMarker(object);
      else if (this.#patterns.covers(relativeKey)) {
        if (!isFolderMarker(object, this.#prefix)) this.#filesFound++;
        yield object;
      }
    }
  }

  /** A single archive has no folder of its own. */
  #isExtractedToTarget({ key }: RemoteObject): boolean {
    return this.#source.isSingle && this.#paths.isArchive(key);
  }

  #addArchive(object: RemoteObject): void {
    const { etag } = object;
    const sizeBytes = requireListed(object, "sizeBytes", NEEDS_SIZE);
    const path = this.#isExtractedToTarget(object) ? "" : this.#paths.pathOf(object);
    const relativeKey = this.#relativeKeyOf(object);
    this.#archives.push({ kind: "get", path, relativeKey, sizeBytes, reason: "archive", etag, replaces: false });
  }

  #addFolder(marker: RemoteObject): void {
    if (this.#options.flattenFolders || !this.#paths.canBecomeFolder(marker)) return;
    const path = this.#paths.pathOf(marker).slice(0, -1);
    const relativeKey = this.#relativeKeyOf(marker);
    this.#folders.push({ kind: "folder", path, relativeKey, sizeBytes: 0, reason: "a folder in the bucket" });
  }

  async #decide(object: RemoteObject, walked: LocalFile | undefined): Promise<void> {
    const { overwrite } = this.#options;
    const subject = {
      path: this.#paths.pathOf(object),
      relativeKey: this.#relativeKeyOf(object),
      sizeBytes: requireListed(object, "sizeBytes", NEEDS_SIZE),
    };
    if (!this.#tellsCaseApart) this.#checkName(subject.path, object.key);
    const file = walked ?? this.#findFile(subject.path);
    const get = (reason: string): Action => ({ kind: "get", ...subject, reason, etag: object.etag, replaces: !!file });
    if (!file) {
      this.#decisions.push(get("new"));
      return;
    }
    if (overwrite === "error") this.#existing.push(subject.path);
    const skip = (reason: string): Action => ({ kind: "skip", ...subject, reason });
    const decided = decideOverwrite(overwrite, file);
    if (decided) {
      this.#decisions.push(decided.stays ? skip(decided.reason) : get(decided.reason));
      return;
    }
    await this.#decisions.add(async () => {
      const compared = { ...file, absolutePath: join(this.#options.target, subject.path) };
      const { isSame, reason } = await compare(this.#compareContext, compared, object.key, object);
      return isSame ? skip(reason) : get(reason);
    });
  }

  /** A file that the disk finds by another name is a different file, and must not be replaced. */
  #checkName(path: string, key: string): void {
    const other = this.#targetFiles.otherName(path);
    if (other) this.#otherNames.push(describeOtherName(key, other));
  }

  /** The file at a path, unless the path leads through a link that will be deleted as extra. */
  #findFile(path: string): LocalFile | undefined {
    const { deleteExtra, patterns } = this.#options;
    const link = this.#targetFiles.linkAbove(path)?.slice(this.#paths.base.length);
    return link && deleteExtra && patterns.matches(link) ? undefined : this.#targetFiles.find(path);
  }

  #addExtra({ path, sizeBytes }: LocalFile): void {
    const relativeKey = path.slice(this.#paths.base.length);
    this.#extra.push({ kind: "delete", path, relativeKey, sizeBytes, reason: "not in the bucket" });
  }
}

/** Empty if the folder cannot be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
