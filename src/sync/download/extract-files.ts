import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { formatBytes } from "../../errors/byte-size.ts";
import { CodedError, codeOf } from "../../errors/coded-error.ts";
import { readFiles } from "../../extract/read-archive.ts";
import type { Disk } from "../../files/disk.ts";
import { TargetFolder } from "../../files/safe-path.ts";
import { DEFAULT_MODE, discard, removeTemporaryFolder, temporaryPathFor } from "../../files/temporary-file.ts";
import { folderInTheWayError } from "../../files/windows/move-file.ts";
import { writeContent } from "../../files/write-content.ts";
import { eventLoopTurns, type TakeTurns } from "../../scheduling/event-loop-turns.ts";
import { type ApplyResult, applyActions } from "../apply.ts";
import type { ExtractAction } from "../plan/plan.ts";
import type { ReadArchive } from "../plan/plan-download.ts";
import { replaceFile } from "./replace-file.ts";

const PARALLEL_CHECKS = 16;
const NOTHING_DONE: ApplyResult = { done: [], bytesDone: 0, failures: [], stoppedEarly: false };
const NOTHING_MOVED = "The target folder was not changed, because the files of all archives must be ready first";

/** The context of an extraction. */
export interface ExtractTools {
  readonly target: TargetFolder;
  /** The absolute path of the target. */
  readonly targetPath: string;
  readonly disk: Disk;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just been written. */
  onMoved(sizeBytes: number): void;
}

/** The files of archives in a temporary folder on the target's disk, from where each moves to its place in one step. */
export class ExtractedFiles {
  readonly #tools: ExtractTools;
  readonly #folderPath: string;
  readonly #folder: TargetFolder;
  readonly #takeTurns: TakeTurns;
  /** Of all files, which are in the temporary folder at the same time. */
  #neededBytes = 0;

  constructor(tools: ExtractTools) {
    this.#tools = tools;
    this.#folderPath = temporaryPathFor(join(tools.targetPath, "archives"));
    this.#folder = new TargetFolder(this.#folderPath);
    this.#takeTurns = eventLoopTurns(tools.signal);
  }

  /**
   * Moves a file of the plan to its place, once all are extracted.
   *
   * @throws {TargetFolderError} or CodedError if its place cannot be used; Node's error; the signal's reason.
   */
  async move({ path }: ExtractAction): Promise<void> {
    await this.#takeTurns();
    const { target, disk, signal } = this.#tools;
    const place = await target.fileFor(path);
    await replaceFile({ target, disk, signal, replacesEmptyFolders: false }, join(this.#folderPath, path), path, place);
  }

  /**
   * Extracts the files that the plan wants, and makes sure that each can move to its place. An archive that was extracted is removed,
   * because its files need the disk space.
   *
   * @returns the failures. If there are any, or the step is cancelled, nothing may be moved.
   */
  async prepare(archives: readonly ReadArchive[]): Promise<ApplyResult> {
    const actions = archives.flatMap((archive) => archive.actions);
    this.#neededBytes = actions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const archive of archives) {
      const result = await this.#extract(archive);
      if (result.failures.length > 0 || this.#tools.signal.aborted) return result;
    }
    const checked = await applyActions(actions, {
      parallelActions: () => PARALLEL_CHECKS,
      perform: async (action) => this.#checkPlace(action.path),
      onDone: () => undefined,
      signal: this.#tools.signal,
    });
    return { ...NOTHING_DONE, failures: checked.failures, stoppedEarly: checked.stoppedEarly };
  }

  /** Removes the temporary folder, and what has not moved. */
  async close(): Promise<void> {
    await removeTemporaryFolder(this.#folderPath);
  }

  async #extract({ file: archive, modifiedMs, actions }: ReadArchive): Promise<ApplyResult> {
    const byPlace = new Map(actions.map((action) => [action.file.place, action]));
    let current = actions[0];
    try {
      if (current) {
        await readFiles(archive, byPlace, this.#tools.signal, async (action, content) => {
          current = action;
          await this.#write(action, modifiedMs, content);
        });
      }
      await discard(archive.path);
      return NOTHING_DONE;
    } catch (error) {
      if (this.#tools.signal.aborted || !current) return NOTHING_DONE;
      const reason = codeOf(error) === "disk-full" ? this.#describeFullDisk() : (error as Error).message;
      const cause = new CodedError(codeOf(error), `${reason}. ${NOTHING_MOVED}`, { cause: error });
      return { ...NOTHING_DONE, failures: [{ action: current, error: cause }] };
    }
  }

  #describeFullDisk(): string {
    const needed = formatBytes(this.#neededBytes);
    return `the disk of ${this.#tools.targetPath} is full. The extracted files need ${needed} there. Free space on that disk, or choose a targetFolder on another one`;
  }

  async #write({ path, file }: ExtractAction, modifiedMs: number, content: AsyncIterable<Buffer>): Promise<void> {
    const { disk, onMoved } = this.#tools;
    const { sizeBytes, mode } = file;
    const place = await this.#folder.fileFor(path);
    await this.#folder.confirm(path, disk);
    await writeContent({ path: place, sizeBytes, modifiedMs, mode: modeOf(mode) }, content, disk, onMoved);
  }

  /** @throws {TargetFolderError} or CodedError if a file cannot be moved there. */
  async #checkPlace(path: string): Promise<number> {
    const place = await this.#tools.target.fileFor(path);
    const isFolder = await lstat(place).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) throw folderInTheWayError(place);
    this.#tools.target.confirmName(path);
    return 0;
  }
}

/** Only the run bits of an entry's permissions are used. Only the owner gets the right to write. */
function modeOf(mode: number | undefined): number {
  return mode === undefined ? DEFAULT_MODE : (mode & 0o755) | 0o600;
}
