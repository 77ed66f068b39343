import { existsSync } from "node:fs";
import { join } from "node:path";
import { compareUtf8 } from "../../files/byte-order.ts";
import { LinkedFolders } from "../../files/linked-folders.ts";
import { foldName, isCaseSensitive, NameCollisions, refuseName } from "../../files/safe-path.ts";
import { type LocalFile, scan } from "../../files/scan.ts";
import { isLeftover, isTemporaryName } from "../../files/temporary-file.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { partSizeFor } from "../../s3/multipart/part-size.ts";
import type { DownloadOptions } from "../options.ts";
import { StepError } from "../step-error.ts";
import { BackgroundQueue } from "./background-queue.ts";
import { type CompareContext, compare } from "./compare.ts";
import { checkDeleteLimit } from "./delete-limit.ts";
import { findSource } from "./download-source.ts";
import { joinByFoldedName, mergeJoin } from "./merge-join.ts";
import { guardExisting } from "./overwrite-guard.ts";
import type { Action, DeleteAction, Plan, PlanProblem } from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";
import { isFolderMarker } from "./remote-listing.ts";
import { isInShard } from "./shard.ts";

/** A plan, and where its keys start. */
export interface DownloadPlan extends Plan {
  /** Of the keys of all actions; for a single object, the folder that it stands in. */
  readonly prefix: string;
  /** Temporary files that a run left behind when it was killed, relative to the target. */
  readonly leftovers: readonly string[];
}

/**
 * Decides what becomes of each object, and of each file that has no object: the same table as for an upload (`planUpload`), with the ends
 * exchanged; headers do not matter. Keys that end in `/` and hold nothing become folders. Nothing is written yet.
 *
 * @throws {StepError} where the bucket cannot be listed, the source is an object and a folder, or nothing can be written into the target;
 * {ScanError}; what a comparison throws; the signal's reason.
 */
export async function planDownload(options: DownloadOptions, context: PlanContext): Promise<DownloadPlan> {
  const source = await findSource(options, context);
  const planner = new DownloadPlanner(options, context, source.prefix, await tellsCaseApart(options));
  return planner.plan(source.objects);
}

/** Tries it in the target; a dry run, which changes nothing, goes by what disks are like on this system. */
async function tellsCaseApart({ target, dryRun }: DownloadOptions): Promise<boolean> {
  if (dryRun) return process.platform !== "win32" && process.platform !== "darwin";
  try {
    return await isCaseSensitive(target);
  } catch (error) {
    // Node's messages end with the call and the path, here that of the file it was tried with.
    const why = (error as Error).message.replace(/, \w+ '.*$/s, "");
    const advice = "Let the agent's user write there, or enter another folder";
    throw new StepError(`targetFolder: nothing can be written into ${target}: ${why}. ${advice}.`, { cause: error });
  }
}

class DownloadPlanner {
  readonly #options: DownloadOptions;
  readonly #context: PlanContext;
  readonly #prefix: string;
  readonly #isCaseSensitive: boolean;
  readonly #compareContext: CompareContext;
  readonly #comparisons = new BackgroundQueue();
  readonly #collisions: NameCollisions;
  readonly #linkedFolders: LinkedFolders;
  readonly #folders: Action[] = [];
  readonly #actions: Action[] = [];
  readonly #extra: DeleteAction[] = [];
  readonly #problems: PlanProblem[] = [];
  /** What overwrite: error is about. */
  readonly #existing: string[] = [];
  readonly #leftovers: string[] = [];
  /** Where folders are flattened, the key that each name comes from. */
  readonly #keys = new Map<string, string>();
  #filesFound = 0;
  #filesInTarget = 0;

  constructor(options: DownloadOptions, context: PlanContext, prefix: string, isCaseSensitive: boolean) {
    this.#options = options;
    this.#context = context;
    this.#prefix = prefix;
    this.#isCaseSensitive = isCaseSensitive;
    this.#collisions = new NameCollisions(isCaseSensitive);
    this.#linkedFolders = new LinkedFolders(options.target);
    this.#compareContext = {
      ...context,
      compareBy: options.compareBy,
      source: "object",
      partSizeFor,
      encryption: options.encryption,
    };
  }

  async plan(objects: AsyncIterable<RemoteObject>): Promise<DownloadPlan> {
    const ends = {
      locals: existsSync(this.#options.target) ? this.#files() : [],
      nameOfLocal: ({ path }: LocalFile) => path,
      remotes: this.#objects(objects),
      nameOfRemote: (object: RemoteObject) => this.#pathOf(object),
    };
    const pairs = this.#isCaseSensitive ? mergeJoin(ends) : joinByFoldedName(ends, foldName);
    for await (const [file, object] of pairs) {
      this.#context.considered?.();
      if (object && isInShard(this.#relativeKeyOf(object), this.#options.shard))
        await this.#decide(object, file ?? this.#fileBehindLink(this.#pathOf(object)));
      else if (file && !object) this.#considerExtra(file);
    }
    await this.#comparisons.finish();
    const { target } = this.#options;
    const existing = guardExisting(this.#existing, "files", (path) => join(target, path), target);
    if (existing) this.#problems.push(existing);
    const scope = { what: "deleteExtra", place: target, total: this.#filesInTarget };
    const tooMany = checkDeleteLimit(this.#extra, scope, this.#options);
    if (tooMany) this.#problems.push(tooMany);
    return {
      prefix: this.#prefix,
      actions: [...this.#folders, ...this.#actions, ...this.#extra],
      problems: this.#problems,
      filesFound: this.#filesFound,
      leftovers: this.#leftovers,
    };
  }

  #relativeKeyOf({ key }: RemoteObject): string {
    return key.slice(this.#prefix.length);
  }

  /** What becomes of the key in the target. */
  #pathOf(object: RemoteObject): string {
    return this.#options.flattenFolders ? lastName(object.key) : this.#relativeKeyOf(object);
  }

  *#files(): Generator<LocalFile, void> {
    const { target, patterns } = this.#options;
    const found = {
      ...patterns,
      matches: (path: string) => patterns.matches(path) || isTemporaryName(lastName(path)),
    };
    for (const file of scan(target, found, () => undefined, { linksAsFiles: true })) {
      if (isTemporaryName(lastName(file.path))) {
        if (isLeftover(lastName(file.path))) this.#leftovers.push(file.path);
      } else {
        this.#filesInTarget++;
        yield file;
      }
    }
  }

  /** The objects that become files, in the order of the files' paths. */
  async *#objects(objects: AsyncIterable<RemoteObject>): AsyncGenerator<RemoteObject, void> {
    if (!this.#options.flattenFolders) {
      for await (const object of this.#matching(objects)) {
        if (isFolderMarker(object, this.#prefix)) this.#addFolder(object);
        else if (this.#canBecomeFile(object)) yield object;
      }
      return;
    }
    const flattened: RemoteObject[] = [];
    for await (const object of this.#matching(objects)) {
      if (!isFolderMarker(object, this.#prefix)) flattened.push(object);
    }
    flattened.sort((a, b) => compareUtf8(this.#pathOf(a), this.#pathOf(b)));
    for (const object of flattened) if (this.#canBecomeFile(object)) yield object;
  }

  async *#matching(objects: AsyncIterable<RemoteObject>): AsyncGenerator<RemoteObject, void> {
    for await (const object of objects) {
      const relativeKey = this.#relativeKeyOf(object);
      if (relativeKey === "") this.#checkOwnMarker(object);
      if (relativeKey === "" || !this.#options.patterns.covers(relativeKey)) continue;
      if (!isFolderMarker(object, this.#prefix)) this.#filesFound++;
      yield object;
    }
  }

  /** What the source itself is a marker of is there anyway; but its content would be lost, and no pattern leaves it out. */
  #checkOwnMarker({ key, sizeBytes }: RemoteObject): void {
    if (sizeBytes === 0) return;
    const what = `${key} cannot become a file: it ends in /, and holds ${sizeBytes} bytes`;
    const advice = "Delete it, or enter the folder above with the patterns name/?* and name/*/**";
    this.#problems.push({ input: "sourceFolder", message: `${what}. ${advice}.` });
  }

  #addFolder(object: RemoteObject): void {
    const relativeKey = this.#relativeKeyOf(object);
    const path = relativeKey.slice(0, -1);
    const refusal = refuseName(path, process.platform);
    const other = refusal ? undefined : this.#collisions.add(relativeKey);
    if (refusal) this.#refuse(`${this.#prefix}${relativeKey} cannot become a folder: ${refusal}`);
    else if (other !== undefined) this.#refuseBoth(relativeKey, other);
    else this.#folders.push({ kind: "folder", path, relativeKey, sizeBytes: 0, reason: "a folder in the bucket" });
  }

  #canBecomeFile(object: RemoteObject): boolean {
    const { key, sizeBytes } = object;
    const path = this.#pathOf(object);
    const refusal = key.endsWith("/")
      ? `it ends in /, and holds ${sizeBytes} bytes`
      : isTemporaryName(lastName(path))
        ? "it has the name of a temporary file of this task"
        : refuseName(path, process.platform);
    if (refusal) {
      this.#refuse(`${key} cannot become a file: ${refusal}`);
      return false;
    }
    const other = this.#collisions.add(path);
    if (other === undefined) {
      if (this.#options.flattenFolders) this.#keys.set(path, key);
      return true;
    }
    if (this.#options.flattenFolders) {
      const message = `${this.#keys.get(other)} and ${key} would both become ${other}. Leave one of them out with a pattern, or do not flatten folders.`;
      this.#problems.push({ input: "flattenFolders", message });
    } else {
      this.#refuseBoth(path, other);
    }
    return false;
  }

  #refuseBoth(name: string, other: string): void {
    this.#refuse(`${this.#prefix}${other} and ${this.#prefix}${name} cannot both be had on this disk`);
  }

  #refuse(what: string): void {
    this.#problems.push({ input: "sourceFolder", message: `${what}. Leave it out with a pattern (globExpressions).` });
  }

  /** What would be written over through a link, unless that goes as extra. */
  #fileBehindLink(path: string): LocalFile | undefined {
    const { deleteExtra, patterns } = this.#options;
    const link = this.#linkedFolders.linkAbove(path);
    return link === undefined || (deleteExtra && patterns.matches(link)) ? undefined : this.#linkedFolders.find(path);
  }

  async #decide(object: RemoteObject, file: LocalFile | undefined): Promise<void> {
    const { sizeBytes, etag } = object;
    const { overwrite, target, flattenFolders } = this.#options;
    const relativeKey = this.#relativeKeyOf(object);
    const path = flattenFolders ? lastName(relativeKey) : relativeKey;
    const get = (reason: string): Action => ({
      kind: "get",
      path,
      relativeKey,
      sizeBytes,
      reason,
      etag,
      replaces: !!file,
    });
    if (!file) {
      this.#actions.push(get("new"));
    } else if (overwrite === "always") {
      this.#actions.push(get("overwrite: always"));
    } else if (overwrite === "never" || overwrite === "error") {
      this.#actions.push({ kind: "skip", path, relativeKey, sizeBytes, reason: "exists" });
      if (overwrite === "error") this.#existing.push(path);
    } else if (file.isLink) {
      this.#actions.push(get("is a symbolic link"));
    } else {
      const place = this.#actions.push({ kind: "skip", path, relativeKey, sizeBytes, reason: "" }) - 1;
      await this.#comparisons.add(async () => {
        const compared = { absolutePath: join(target, path), sizeBytes: file.sizeBytes, modifiedMs: file.modifiedMs };
        const { isSame, reason } = await compare(this.#compareContext, compared, object.key, object);
        this.#actions[place] = isSame ? { kind: "skip", path, relativeKey, sizeBytes, reason } : get(reason);
      });
    }
  }

  #considerExtra({ path, sizeBytes }: LocalFile): void {
    if (!this.#options.deleteExtra) return;
    this.#extra.push({ kind: "delete", path, relativeKey: path, sizeBytes, reason: "not in the bucket" });
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
