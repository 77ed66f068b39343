import { existsSync } from "node:fs";
import { join } from "node:path";
import { compareUtf8 } from "../files/byte-order.ts";
import { isCaseSensitive, NameCollisions, refuseName } from "../files/safe-path.ts";
import { type LocalFile, scan } from "../files/scan.ts";
import { isLeftover, isTemporaryName } from "../files/temporary-file.ts";
import { partSizeFor } from "../s3/part-size.ts";
import { type CompareContext, compare } from "./compare.ts";
import { Comparisons } from "./comparisons.ts";
import { checkDeletions } from "./deletion.ts";
import type { DownloadOptions } from "./options.ts";
import { pairByName } from "./pair.ts";
import type { Action, DeleteAction, Plan, PlanProblem } from "./plan.ts";
import type { PlanTools } from "./plan-upload.ts";
import { isFolderMarker, listNames, type NamedObject, StepError } from "./remote-listing.ts";
import { isInShard } from "./shard.ts";

/** A plan, and where its keys start. */
export interface DownloadPlan extends Plan {
  /** Of the keys of all actions; for a single object, the folder that it stands in. */
  readonly prefix: string;
  /** Temporary files that a run left behind when it was killed, relative to the target. */
  readonly leftovers: readonly string[];
}

interface ObjectToFile {
  /** The path that it becomes, under which it is paired with a file. */
  readonly name: string;
  readonly object: NamedObject;
}

interface FileInTarget extends LocalFile {
  readonly name: string;
}

/**
 * Decides what becomes of each object, and of each file that has no object: the same table as for an upload (`planUpload`), with the ends
 * exchanged; headers do not matter. Keys that end in `/` and hold nothing become folders. Nothing is written yet.
 *
 * @throws {StepError} where the bucket cannot be listed, or the source is an object and a folder; {ScanError}; what a comparison throws;
 * the signal's reason.
 */
export async function planDownload(options: DownloadOptions, tools: PlanTools): Promise<DownloadPlan> {
  const source = await findSource(options, tools);
  const planner = new DownloadPlanner(options, tools, source.prefix, await isCaseSensitive(options.target));
  return planner.plan(source.objects);
}

interface Source {
  readonly prefix: string;
  readonly objects: AsyncIterable<NamedObject>;
}

/** What `sourceFolder` means: a prefix, to which a `/` belongs, or the key of one object. */
async function findSource(
  { source, access, deleteExtra }: DownloadOptions,
  { bucket, signal }: PlanTools,
): Promise<Source> {
  const list = (prefix: string) => listNames(bucket, prefix, "", signal);
  if (source === "" || source.endsWith("/")) return { prefix: source, objects: list(source) };

  // Of all keys that start with it, the one that is it comes first.
  const first = (await list(source).next()).value;
  if (first?.key !== source) return { prefix: `${source}/`, objects: list(`${source}/`) };
  const below = (await list(`${source}/`).next()).value;
  if (below) {
    const place = `s3://${access.bucketName}/${source}`;
    throw new StepError(
      `sourceFolder: ${place} is an object, and there are others under ${place}/ (${below.key}). Enter ${source}/ for those; the one object can be had with the folder above it and a pattern.`,
    );
  }
  if (deleteExtra) {
    const why = `it cannot be used while sourceFolder is a single object, s3://${access.bucketName}/${source}: all else would be deleted`;
    throw new StepError(`deleteExtra: ${why}. Set deleteExtra to false, or enter a folder.`);
  }
  const prefix = source.slice(0, source.lastIndexOf("/") + 1);
  return { prefix, objects: only({ ...first, name: source.slice(prefix.length) }) };
}

async function* only(object: NamedObject): AsyncGenerator<NamedObject, void> {
  yield object;
}

class DownloadPlanner {
  readonly #options: DownloadOptions;
  readonly #prefix: string;
  readonly #compareContext: CompareContext;
  readonly #comparisons = new Comparisons();
  readonly #collisions: NameCollisions;
  readonly #folders: Action[] = [];
  readonly #actions: Action[] = [];
  readonly #extra: DeleteAction[] = [];
  readonly #problems: PlanProblem[] = [];
  readonly #leftovers: string[] = [];
  #filesFound = 0;
  #filesInTarget = 0;

  constructor(options: DownloadOptions, tools: PlanTools, prefix: string, isCaseSensitive: boolean) {
    this.#options = options;
    this.#prefix = prefix;
    this.#collisions = new NameCollisions(isCaseSensitive);
    this.#compareContext = {
      ...tools,
      compareBy: options.compareBy,
      source: "object",
      partSizeFor,
      encryption: options.encryption,
    };
  }

  async plan(objects: AsyncIterable<NamedObject>): Promise<DownloadPlan> {
    const files = existsSync(this.#options.target) ? this.#files() : [];
    for await (const [file, remote] of pairByName(files, this.#objects(objects))) {
      if (remote && isInShard(remote.object.name, this.#options.shard)) await this.#decide(remote, file);
      else if (file && !remote) this.#considerExtra(file);
    }
    await this.#comparisons.finish();
    const { maxDelete, target } = this.#options;
    const tooMany = checkDeletions(this.#extra, this.#filesInTarget, maxDelete, target);
    if (tooMany) this.#problems.push(tooMany);
    return {
      prefix: this.#prefix,
      actions: [...this.#folders, ...this.#actions, ...this.#extra],
      problems: this.#problems,
      filesFound: this.#filesFound,
      leftovers: this.#leftovers,
    };
  }

  *#files(): Generator<FileInTarget, void> {
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
        yield { ...file, name: file.path };
      }
    }
  }

  /** The objects that become files, in the order of the files' paths. */
  async *#objects(objects: AsyncIterable<NamedObject>): AsyncGenerator<ObjectToFile, void> {
    if (!this.#options.flattenFolders) {
      for await (const object of this.#matching(objects)) {
        if (isFolderMarker(object)) this.#addFolder(object);
        else if (this.#canBecome(object.name, object)) yield { name: object.name, object };
      }
      return;
    }
    const flattened: ObjectToFile[] = [];
    for await (const object of this.#matching(objects)) {
      if (!isFolderMarker(object)) flattened.push({ name: lastName(object.name), object });
    }
    flattened.sort((a, b) => compareUtf8(a.name, b.name));
    for (const item of flattened) if (this.#canBecome(item.name, item.object)) yield item;
  }

  async *#matching(objects: AsyncIterable<NamedObject>): AsyncGenerator<NamedObject, void> {
    for await (const object of objects) {
      if (object.name === "" || !this.#options.patterns.covers(object.name)) continue;
      if (!isFolderMarker(object)) this.#filesFound++;
      yield object;
    }
  }

  #addFolder({ name }: NamedObject): void {
    const path = name.slice(0, -1);
    const refusal = refuseName(path, process.platform);
    const other = refusal ? undefined : this.#collisions.add(name);
    if (refusal) this.#refuse(`${this.#prefix}${name} cannot become a folder: ${refusal}`);
    else if (other !== undefined) this.#refuseBoth(name, other);
    else this.#folders.push({ kind: "folder", path, name, sizeBytes: 0, reason: "a folder in the bucket" });
  }

  #canBecome(path: string, { key, sizeBytes }: NamedObject): boolean {
    const refusal = key.endsWith("/")
      ? `it ends in /, and holds ${sizeBytes} bytes`
      : refuseName(path, process.platform);
    if (refusal) {
      this.#refuse(`${key} cannot become a file: ${refusal}`);
      return false;
    }
    const other = this.#collisions.add(path);
    if (other === undefined) return true;
    if (this.#options.flattenFolders) {
      const message = `${key} and another object would both become ${other}. Leave one of them out with a pattern, or do not flatten folders.`;
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

  async #decide({ name: path, object }: ObjectToFile, file: FileInTarget | undefined): Promise<void> {
    const { name, sizeBytes, etag } = object;
    const { overwrite, target } = this.#options;
    const get = (reason: string): Action => ({ kind: "get", path, name, sizeBytes, reason, etag, replaces: !!file });
    if (!file) {
      this.#actions.push(get("new"));
    } else if (overwrite === "always") {
      this.#actions.push(get("overwrite: always"));
    } else if (overwrite === "never") {
      this.#actions.push({ kind: "skip", path, name, sizeBytes, reason: "exists" });
    } else if (overwrite === "error") {
      const message = `${join(target, path)} exists already. Choose another targetFolder, or let overwrite be changed, always or never.`;
      this.#problems.push({ input: "overwrite", message });
    } else if (file.isLink) {
      this.#actions.push(get("is a symbolic link"));
    } else {
      const place = this.#actions.push({ kind: "skip", path, name, sizeBytes, reason: "" }) - 1;
      await this.#comparisons.add(async () => {
        const compared = { absolutePath: join(target, path), sizeBytes: file.sizeBytes, modifiedMs: file.modifiedMs };
        const { isSame, reason } = await compare(this.#compareContext, compared, object.key, object);
        this.#actions[place] = isSame ? { kind: "skip", path, name, sizeBytes, reason } : get(reason);
      });
    }
  }

  #considerExtra({ path, sizeBytes }: FileInTarget): void {
    if (!this.#options.deleteExtra) return;
    this.#extra.push({ kind: "delete", path, name: path, sizeBytes, reason: "not in the bucket" });
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
