import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { folderOf } from "../../files/below-folder.ts";
import { discard, temporaryPathFor } from "../../files/temporary-file.ts";
import { folderInTheWayError } from "../../files/windows/move-file.ts";
import type { Action } from "../plan/plan.ts";
import { type FetchContext, type FetchedObject, fetchFile } from "./fetch-file.ts";
import type { Obstacles } from "./obstacles.ts";
import { replaceFile } from "./replace-file.ts";

interface WaitingFile {
  /** Relative to the target. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Downloaded files that wait under temporary names, because files that will be deleted still have their places. */
export class WaitingFiles {
  readonly #context: FetchContext;
  readonly #targetPath: string;
  readonly #obstacles: Obstacles;
  readonly #files = new Map<Action, WaitingFile>();

  constructor(context: FetchContext, targetPath: string, obstacles: Obstacles) {
    this.#context = context;
    this.#targetPath = targetPath;
    this.#obstacles = obstacles;
  }

  /**
   * Downloads an object, as `fetchFile` does.
   *
   * @param taken the topmost path on the way to the file that is not free. The file waits beside it: it is on the same disk there.
   * @throws {CodedError} if a folder has its name that will not be empty; what `fetchFile` throws.
   */
  async fetch(action: Action, object: FetchedObject, taken: string): Promise<void> {
    const isFolder = taken === action.path;
    if (isFolder && (await this.#holdsOthers(taken))) throw folderInTheWayError(join(this.#targetPath, taken));
    const folder = folderOf(taken);
    const name = (folder === "" ? "" : `${folder}/`) + basename(temporaryPathFor(taken));
    const sizeBytes = await fetchFile(this.#context, { ...object, path: name });
    this.#files.set(action, { name, sizeBytes });
  }

  /**
   * Moves a downloaded file to its place.
   *
   * @returns its size.
   * @throws as `TargetFolder.fileFor` and `replaceFile` do.
   */
  async place(action: Action, signal: AbortSignal): Promise<number> {
    const { path } = action;
    const { name, sizeBytes } = this.#files.get(action) as WaitingFile;
    const place = await this.#context.target.fileFor(path);
    await replaceFile({ ...this.#context, signal }, join(this.#targetPath, name), path, place);
    this.#files.delete(action);
    return sizeBytes;
  }

  /** Removes the files that still wait. */
  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ name }) => discard(join(this.#targetPath, name))));
  }

  /** Whether a folder has files that will not be deleted, so that it must stay. */
  async #holdsOthers(path: string): Promise<boolean> {
    const entries = await readdir(join(this.#targetPath, path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory() ? await this.#holdsOthers(below) : !this.#obstacles.has(below)) return true;
    }
    return false;
  }
}
