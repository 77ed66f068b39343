import { codeOf } from "../../errors/coded-error.ts";
import { archiveFormatOf, withoutArchiveExtension } from "../../extract/archive-format.ts";
import { lastName } from "../../files/below-folder.ts";
import { foldName, isCaseSensitive, NameCollisions, whyNameIsRefused } from "../../files/safe-path.ts";
import type { OtherName } from "../../files/target-files.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import type { DownloadOptions } from "../options.ts";
import { StepError } from "../step-error.ts";
import { describeFlattened, nameExamples, type PlanProblem, type PlanRemark } from "./plan.ts";

const OUT = "Exclude it with a pattern (globExpressions).";

/**
 * Turns keys into paths below the target. A key that cannot become its own file or folder becomes a problem. Pass objects in the order of
 * their paths.
 */
export class DownloadPaths {
  /** What all paths start with: empty, or a folder with a `/` at its end. */
  readonly base: string;
  /** Whether paths have the same order as their keys. */
  readonly areInOrder: boolean;
  readonly #options: DownloadOptions;
  readonly #prefix: string;
  readonly #taken: NameCollisions;
  /** By the path that was first, the keys that cannot have it, or a place below it. */
  readonly #rivals = new Map<string, string[]>();
  /** Where paths are not what their keys end in, the key that each comes from. */
  readonly #keys = new Map<string, string>();
  readonly #problems: PlanProblem[] = [];
  /** Finds names that are different on this system's disks, but the same on others. */
  readonly #perhapsTaken: NameCollisions | undefined;
  readonly #perhapsRivals = new Set<string>();

  constructor(options: DownloadOptions, prefix: string, tellsCaseApart: boolean) {
    this.#options = options;
    this.#prefix = prefix;
    this.#taken = new NameCollisions(tellsCaseApart);
    const isFoldedLess = !tellsCaseApart && process.platform === "win32";
    this.#perhapsTaken = isFoldedLess ? new NameCollisions(false, foldName) : undefined;
    this.areInOrder =
      !options.extract && !options.flattenFolders && !options.patterns.lines.some(({ glob }) => glob.startsWith("/"));
    this.base = options.keepPrefix && !options.flattenFolders ? prefix.replace(/^\/+/, "") : "";
  }

  get problems(): PlanProblem[] {
    return [...this.#problems, ...[...this.#rivals].map(([path, keys]) => this.#describeRivals(path, keys))];
  }

  /** Names that may or may not be one: the download itself refuses to replace the first by the second. */
  get remarks(): PlanRemark[] {
    if (this.#perhapsRivals.size === 0) return [];
    const names = nameExamples([...this.#perhapsRivals]);
    const message = `on some disks, these names are the same: ${names}. On such a disk the step fails, so that no file replaces another.`;
    return [{ kind: "warning", input: "sourceFolder", code: "file-names-in-conflict", message }];
  }

  pathOf({ key }: RemoteObject): string {
    const { flattenFolders, patterns } = this.#options;
    if (flattenFolders) return lastName(key);
    const relativeKey = key.slice(this.#prefix.length);
    if (this.isArchive(key)) return withoutArchiveExtension(relativeKey);
    const isRooted = relativeKey.startsWith("/") && patterns.namesRoot(relativeKey);
    return this.base + (isRooted ? relativeKey.slice(1) : relativeKey);
  }

  /** Whether an object is extracted. Its path is that of the folder for its files, which no other object may use. */
  isArchive(key: string): boolean {
    return this.#options.extract !== undefined && archiveFormatOf(key) !== undefined;
  }

  /** Whether an object gets its path for a file, or an archive gets it for its folder. */
  canBecomeFile(object: RemoteObject): boolean {
    const { key, sizeBytes } = object;
    const path = this.pathOf(object);
    const refusal = key.endsWith("/")
      ? `it ends in /, and has ${sizeBytes} bytes`
      : whyNameIsRefused(path, process.platform);
    const wayIn =
      key.startsWith("/") && path.startsWith("/")
        ? ` Or include it with a pattern that starts with /, for example ${path}.`
        : "";
    const what = this.isArchive(key) ? "folder" : "file";
    if (refusal) this.#refuse(`${key} cannot become a ${what}: ${refusal}. ${OUT}${wayIn}`);
    return !refusal && this.#take(path, key);
  }

  /** Whether a folder marker gets its path, which ends in `/`. */
  canBecomeFolder(marker: RemoteObject): boolean {
    const path = this.pathOf(marker);
    const refusal = whyNameIsRefused(path.slice(0, -1), process.platform);
    if (refusal) this.#refuse(`${marker.key} cannot become a folder: ${refusal}. ${OUT}`);
    return !refusal && this.#take(path, marker.key);
  }

  /** The folder of the source itself always exists. But the marker's content would be lost, and no pattern excludes it. */
  checkOwnMarker({ key, sizeBytes }: RemoteObject): void {
    if (sizeBytes === 0) return;
    const advice = "Delete it, or enter the folder above with the patterns name/?* and name/*/**";
    this.#refuse(`${key} cannot become a file: it ends in /, and has ${sizeBytes} bytes. ${advice}.`);
  }

  #take(path: string, key: string): boolean {
    const earlier = this.#taken.add(path);
    if (earlier === undefined) {
      const perhaps = this.#perhapsTaken?.add(path);
      if (perhaps !== undefined) this.#perhapsRivals.add(perhaps).add(path);
      if (!this.areInOrder) this.#keys.set(path, key);
      return true;
    }
    const rivals = this.#rivals.get(earlier);
    if (rivals) rivals.push(key);
    else this.#rivals.set(earlier, [key]);
    return false;
  }

  #describeRivals(path: string, keys: readonly string[]): PlanProblem {
    if (this.#options.flattenFolders) {
      const all = [this.#keys.get(path) ?? path, ...keys];
      return describeFlattened(all, path);
    }
    if (this.#options.extract) return this.#describeArchives(path, keys);
    const first = this.#keys.get(path) ?? this.#prefix + path.slice(this.base.length);
    const others = keys.length === 1 ? keys[0] : `${keys.length} keys below it (${nameExamples(keys)})`;
    return {
      input: "sourceFolder",
      code: "file-names-in-conflict",
      message: `${first} and ${others} cannot both exist on this disk. ${OUT}`,
    };
  }

  #describeArchives(path: string, keys: readonly string[]): PlanProblem {
    const all = nameExamples([this.#keys.get(path) ?? path, ...keys]);
    return {
      input: "extract",
      code: "file-names-in-conflict",
      message: `${all} cannot all use the name ${path} in the target folder: an archive is extracted to a folder of its own, which has its name without the extension. ${OUT}`,
    };
  }

  #refuse(message: string): void {
    this.#problems.push({ input: "sourceFolder", code: "file-name-not-supported", message });
  }
}

/** An object whose path is the disk's other name of something. */
export function describeOtherName(key: string, { path, nameThere }: OtherName): PlanProblem {
  const message = `${key} cannot become a file: on this disk, ${path} is another name of ${nameThere}. ${OUT}`;
  return { input: "sourceFolder", code: "file-names-in-conflict", message };
}

/**
 * Whether the target's disk is case-sensitive. It is tested there. A dry run, which changes nothing, uses the default of this system.
 *
 * @throws {StepError} if nothing can be written into the target.
 */
export async function tellsCaseApart({ target, dryRun }: DownloadOptions): Promise<boolean> {
  if (dryRun) return process.platform !== "win32" && process.platform !== "darwin";
  try {
    return await isCaseSensitive(target);
  } catch (error) {
    // Node's messages end with the call and the path, here that of the file it was tried with.
    const why = (error as Error).message.replace(/, \w+ '.*$/s, "");
    const isFull = codeOf(error) === "disk-full";
    const advice = isFull
      ? "Free space on that disk, or enter a folder on another one"
      : "Give the agent's user write access, or enter another folder";
    throw new StepError(codeOf(error), `targetFolder: the task cannot write to ${target}: ${why}. ${advice}.`, {
      cause: error,
    });
  }
}
