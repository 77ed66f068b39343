import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { foldersAbove } from "../../files/below-folder.ts";
import { diskName, TargetFolder } from "../../files/safe-path.ts";
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

/** Files that are deleted at once. */
const PARALLEL_DELETIONS = 16;

/**
 * Performs the plan's actions: deletions of files that have the name of a new folder or file, then all downloads, and then, only if
 * all of them succeeded, the other deletions. Files of archives move to their places only after all of them are extracted. Leftovers of
 * killed runs are removed first. An object that fails does not stop the others, unless all would fail for the same reason.
 *
 * @throws {TargetFolderError}, {FolderExchangedError} or Node's error if the target folder cannot be made. If the step is cancelled, the
 * report says what was done.
 */
export async function applyDownload(
  plan: DownloadPlan,
  options: DownloadOptions,
  tools: DownloadTools,
): Promise<TransferReport> {
  const { target } = options;
  const { bucket, signal, observer } = tools;
  const targetFolder = new TargetFolder(target, plan.targetIdentity, plan.tellsCaseApart);
  await targetFolder.ensureFolder("");
  await Promise.all(plan.leftovers.map(async (path) => removeTemporaryFolder(await targetFolder.pathToRemove(path))));

  const keyOf = (action: Action) => plan.prefix + action.relativeKey;
  const context = fetchContextOf(options, tools, targetFolder);
  const extracted = new ExtractedFiles({ ...context, targetPath: target });
  const perform = async (action: Action): Promise<number> => {
    if (action.kind === "get") return fetchFile(context, { ...action, key: keyOf(action) });
    if (action.kind === "extract") await extracted.move(action);
    if (action.kind === "folder") await targetFolder.ensureFolder(action.path);
    if (action.kind === "delete") {
      const confirm = () => targetFolder.pathToRemove(action.path);
      await removeFile(join(target, action.path), { signal, confirm });
    }
    return 0;
  };
  const run = (actions: readonly Action[], parallelActions: () => number) =>
    applyActions(actions, { parallelActions, perform, onDone: observer.actionDone, signal });

  const { obstacles, rest } = partDeletions(plan);
  const wantedFolders = new Set(plan.actions.filter(({ kind }) => kind === "folder").map(placeIn(plan)));
  const steps: ApplyResult[] = [];
  const hasFailed = () => steps.some(({ failures }) => failures.length > 0);
  const remove = async (deletions: readonly DeleteAction[]) => {
    if (deletions.length === 0 || hasFailed()) return;
    steps.push(await run(deletions, () => PARALLEL_DELETIONS));
    const folders = emptiedFolders(deletions).filter((path) => !wantedFolders.has(placeIn(plan)({ path })));
    await removeEmptyFolders(targetFolder, folders);
  };
  await remove(obstacles);
  try {
    if (plan.archives) steps.push(await extracted.prepare(plan.archives));
    if (!hasFailed()) {
      const transfers = plan.actions.filter(({ kind }) => kind === "get" || kind === "extract" || kind === "folder");
      steps.push(await run(transfers, () => context.slots.wanted));
    }
  } finally {
    if (plan.archives) await extracted.close();
  }
  await remove(rest);
  return makeReport({
    isCancelled: signal.aborted,
    bucket: bucket.name,
    target,
    planned: plan.actions,
    done: steps.flatMap(({ done }) => done),
    failures: steps.flatMap(({ failures }) => failures),
    bytesTransferred: steps.reduce((sum, { bytesDone }) => sum + bytesDone, plan.extraction?.bytesFetched ?? 0),
    stoppedEarly: steps.some(({ stoppedEarly }) => stoppedEarly),
    keyOf,
  });
}

/** Deletions that make room for downloads (a file `a` for `a/b`, a folder's files for a file of its name), and all others. */
function partDeletions(plan: DownloadPlan): { obstacles: DeleteAction[]; rest: DeleteAction[] } {
  const deletions = plan.actions.filter((action) => action.kind === "delete");
  if (deletions.length === 0) return { obstacles: [], rest: [] };
  const placeOf = placeIn(plan);
  const incoming = new Set<string>();
  const incomingFolders = new Set<string>();
  for (const action of plan.actions) {
    const { kind } = action;
    if (kind !== "get" && kind !== "folder") continue;
    const path = placeOf(action);
    if (kind === "get") incoming.add(path);
    else incomingFolders.add(path);
    for (const folder of foldersAbove(path)) incomingFolders.add(folder);
  }
  const isObstacle = (deletion: DeleteAction) =>
    incomingFolders.has(placeOf(deletion)) || foldersAbove(placeOf(deletion)).some((folder) => incoming.has(folder));
  return {
    obstacles: deletions.filter(isObstacle),
    rest: deletions.filter((deletion) => !isObstacle(deletion)),
  };
}

/** The place of a path on the target's disk: paths that differ only in case may have the same one. */
function placeIn({ tellsCaseApart }: DownloadPlan): (action: Pick<Action, "path">) => string {
  return ({ path }) => (tellsCaseApart ? path : diskName(path));
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
