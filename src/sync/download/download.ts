import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { foldersAbove } from "../../files/below-folder.ts";
import { TargetFolder } from "../../files/safe-path.ts";
import { removeTemporaryFolder } from "../../files/temporary-file.ts";
import { removeFile } from "../../files/windows/move-file.ts";
import { type ApplyResult, applyActions } from "../apply.ts";
import type { DownloadOptions } from "../options.ts";
import type { Action, DeleteAction } from "../plan/plan.ts";
import type { DownloadPlan } from "../plan/plan-download.ts";
import { makeReport, type TransferReport } from "../report.ts";
import { ExtractedFiles } from "./extract-files.ts";
import { type DownloadTools, fetchContextOf } from "./fetch-context.ts";
import { fetchFile } from "./fetch-file.ts";
import type { FetchContext } from "./fetched-object.ts";
import { Obstacles, pathsTakenBy, placeIn } from "./obstacles.ts";
import { WaitingFiles } from "./waiting-files.ts";

/** Files that are deleted or moved at once. */
const PARALLEL_CHANGES = 16;

/** What waits is moved even if the step is cancelled then: the files in its place are deleted already. */
const UNTIL_DONE = new AbortController().signal;

/**
 * Performs the plan's actions: all downloads, and then, only if all of them succeeded, the deletions. Where a file that will be deleted
 * has the name of a new folder or file, the new one waits under another name until then. Files of archives move to their places only
 * after all of them are extracted. Leftovers of killed runs are removed first. An object that fails does not stop the others, unless all
 * would fail for the same reason.
 *
 * @throws {TargetFolderError}, {FolderExchangedError} or Node's error if the target folder cannot be made. If the step is cancelled, the
 * report says what was done.
 */
export async function applyDownload(
  plan: DownloadPlan,
  options: DownloadOptions,
  tools: DownloadTools,
): Promise<TransferReport> {
  const target = new TargetFolder(options.target, plan.targetIdentity, plan.tellsCaseApart);
  await target.ensureFolder("");
  await Promise.all(plan.leftovers.map(async (path) => removeTemporaryFolder(await target.pathToRemove(path))));
  return new Download(plan, options, tools, target).run();
}

class Download {
  readonly #plan: DownloadPlan;
  readonly #targetPath: string;
  readonly #target: TargetFolder;
  readonly #tools: DownloadTools;
  readonly #context: FetchContext;
  readonly #extracted: ExtractedFiles;
  readonly #waiting: WaitingFiles;
  readonly #obstacles: Obstacles;
  readonly #steps: ApplyResult[] = [];

  constructor(plan: DownloadPlan, options: DownloadOptions, tools: DownloadTools, target: TargetFolder) {
    this.#plan = plan;
    this.#targetPath = options.target;
    this.#target = target;
    this.#tools = tools;
    this.#context = fetchContextOf(options, tools, target);
    this.#extracted = new ExtractedFiles({ ...this.#context, targetPath: options.target });
    this.#obstacles = new Obstacles(plan);
    this.#waiting = new WaitingFiles(this.#context, options.target, this.#obstacles);
  }

  async run(): Promise<TransferReport> {
    const { archives, extraction, actions } = this.#plan;
    try {
      if (archives) this.#steps.push(await this.#extracted.prepare(archives));
      if (this.#isGood()) await this.#transfer();
      if (this.#isGood()) await this.#makeRoom();
    } finally {
      if (archives) await this.#extracted.close();
      await this.#waiting.close();
    }
    if (this.#isGood()) await this.#remove(this.#obstacles.others);
    return makeReport({
      isCancelled: this.#tools.signal.aborted,
      bucket: this.#tools.bucket.name,
      target: this.#targetPath,
      planned: actions,
      done: this.#steps.flatMap(({ done }) => done),
      failures: this.#steps.flatMap(({ failures }) => failures),
      bytesTransferred: this.#steps.reduce((sum, { bytesDone }) => sum + bytesDone, extraction?.bytesFetched ?? 0),
      stoppedEarly: this.#steps.some(({ stoppedEarly }) => stoppedEarly),
      keyOf: (action) => this.#keyOf(action),
    });
  }

  #isGood(): boolean {
    return !this.#tools.signal.aborted && this.#steps.every(({ failures }) => failures.length === 0);
  }

  #keyOf({ relativeKey }: Action): string {
    return this.#plan.prefix + relativeKey;
  }

  async #transfer(): Promise<void> {
    const { observer, signal } = this.#tools;
    const isBlocked = (action: Action) => this.#obstacles.takenFor(action) !== undefined;
    const result = await applyActions(this.#plan.actions.filter(isTransfer), {
      parallelActions: () => this.#context.slots.wanted,
      perform: (action) => this.#transferOne(action),
      onDone: (action) => {
        if (!isBlocked(action)) observer.actionDone(action);
      },
      signal,
    });
    this.#steps.push({ ...result, done: result.done.filter((action) => !isBlocked(action)) });
  }

  async #transferOne(action: Action): Promise<number> {
    const taken = this.#obstacles.takenFor(action);
    if (action.kind === "get") {
      const object = { ...action, key: this.#keyOf(action) };
      if (taken === undefined) return fetchFile(this.#context, object);
      await this.#waiting.fetch(action, object, taken);
    }
    if (action.kind === "extract") await this.#extracted.move(action);
    if (action.kind === "folder" && taken === undefined) await this.#target.ensureFolder(action.path);
    return 0;
  }

  /** Deletes what has the places of files and folders that wait, and moves these there. */
  async #makeRoom(): Promise<void> {
    const { deletions, takenFor } = this.#obstacles;
    if (deletions.length === 0) return;
    await this.#remove(deletions);
    const done = new Set(this.#steps.flatMap((step) => step.done));
    const left = deletions.filter((deletion) => !done.has(deletion));
    const stillTakenFor = pathsTakenBy(left, this.#plan);
    const waiting = this.#plan.actions.filter((action) => isTransfer(action) && takenFor(action) !== undefined);
    const free = waiting.filter((action) => stillTakenFor(action) === undefined);
    await this.#change(free, (action) => this.#place(action), UNTIL_DONE);
  }

  async #place(action: Action): Promise<number> {
    if (action.kind === "get") return this.#waiting.place(action, UNTIL_DONE);
    await this.#target.ensureFolder(action.path);
    return 0;
  }

  async #remove(deletions: readonly DeleteAction[]): Promise<void> {
    if (deletions.length === 0) return;
    const { signal } = this.#tools;
    const removeOne = async ({ path }: Action) => {
      const confirm = () => this.#target.pathToRemove(path);
      await removeFile(join(this.#targetPath, path), { signal, confirm });
      return 0;
    };
    await this.#change(deletions, removeOne, signal);
    const placeOf = placeIn(this.#plan);
    const wantedFolders = new Set(this.#plan.actions.filter(({ kind }) => kind === "folder").map(placeOf));
    const folders = emptiedFolders(deletions).filter((path) => !wantedFolders.has(placeOf({ path })));
    await removeEmptyFolders(this.#target, folders);
  }

  async #change(
    actions: readonly Action[],
    perform: (action: Action) => Promise<number>,
    signal: AbortSignal,
  ): Promise<void> {
    const { observer } = this.#tools;
    const result = await applyActions(actions, {
      parallelActions: () => PARALLEL_CHANGES,
      perform,
      onDone: (action) => observer.actionDone(action),
      signal,
    });
    this.#steps.push(result);
  }
}

function isTransfer({ kind }: Action): boolean {
  return kind === "get" || kind === "extract" || kind === "folder";
}

/** The folders that may be empty after deletions. */
function emptiedFolders(deletions: readonly DeleteAction[]): string[] {
  return [...new Set(deletions.flatMap(({ path }) => foldersAbove(path)))];
}

/** Removes folders if they are empty, the innermost first. */
async function removeEmptyFolders(target: TargetFolder, folders: readonly string[]): Promise<void> {
  const innermostFirst = folders.toSorted((a, b) => b.length - a.length);
  for (const folder of innermostFirst) {
    const path = await target.pathToRemove(folder).catch(() => undefined);
    if (path !== undefined) await rmdir(path).catch(() => undefined);
  }
}
