import { statSync } from "node:fs";
import { join } from "node:path";
import type { CheckedFile } from "../../extract/archive-contents.ts";
import type { LocalFile } from "../../files/scan.ts";
import { TargetFiles } from "../../files/target-files.ts";
import { eventLoopTurns } from "../../scheduling/event-loop-turns.ts";
import type { DownloadTools } from "../download/fetch-context.ts";
import type { DownloadOptions } from "../options.ts";
import { BackgroundQueue } from "../plan/background-queue.ts";
import { type Comparison, compareTimes, hasDigest } from "../plan/compare.ts";
import { decideOverwrite } from "../plan/overwrite-guard.ts";
import type { Action, ExtractAction, FolderAction } from "../plan/plan.ts";
import type { FetchedArchive } from "./fetch-archives.ts";

/** What becomes of the files and folders of an archive. */
export interface DecidedFiles {
  readonly actions: readonly Action[];
  /** What `overwrite: error` checks. */
  readonly existing: readonly string[];
}

/**
 * Decides what becomes of each file of an archive, as for objects.
 *
 * @throws the signal's reason.
 */
export async function decideFiles(
  archive: FetchedArchive,
  options: DownloadOptions,
  tools: DownloadTools,
): Promise<DecidedFiles> {
  const { overwrite, target } = options;
  const { relativeKey } = archive.object;
  const targetFiles = new TargetFiles(target);
  const decisions = new BackgroundQueue<Action>();
  const existing: string[] = [];
  const takeTurns = eventLoopTurns(tools.signal);
  for (const file of archive.contents.files) {
    await takeTurns();
    const path = placeOf(file.path, archive);
    const subject = { path, relativeKey, sizeBytes: file.sizeBytes };
    const found = targetFiles.find(path);
    const extract = (reason: string): ExtractAction => ({
      kind: "extract",
      ...subject,
      reason,
      replaces: !!found,
      file,
    });
    if (!found) {
      decisions.push(extract("new"));
      continue;
    }
    if (overwrite === "error") existing.push(path);
    const skip = (reason: string): Action => ({ kind: "skip", ...subject, reason });
    const decided = decideOverwrite(overwrite, found);
    if (decided) {
      decisions.push(decided.stays ? skip(decided.reason) : extract(decided.reason));
      continue;
    }
    await decisions.add(async () => {
      const { isSame, reason } = await compareFile(file, archive.modifiedMs, found, options, tools);
      return isSame ? skip(reason) : extract(reason);
    });
  }
  return { actions: [...foldersOf(archive), ...(await decisions.finish())], existing };
}

function foldersOf(archive: FetchedArchive): FolderAction[] {
  return archive.contents.emptyFolders.map((folder) => ({
    kind: "folder",
    path: placeOf(folder, archive),
    relativeKey: archive.object.relativeKey,
    sizeBytes: 0,
    reason: "a folder in the archive",
  }));
}

/** A single archive has no folder of its own. */
function placeOf(path: string, { object }: FetchedArchive): string {
  return object.path === "" ? path : `${object.path}/${path}`;
}

/** Whether a file is what the archive holds. A file that cannot be read is not; its replacement reports the error. */
async function compareFile(
  wanted: CheckedFile,
  archiveModifiedMs: number,
  found: LocalFile,
  { compareBy, target }: DownloadOptions,
  tools: DownloadTools,
): Promise<Comparison> {
  const path = join(target, found.path);
  if (found.sizeBytes !== wanted.sizeBytes) return { isSame: false, reason: "size differs" };
  if (!hasRunBitOf(wanted, path)) return { isSame: false, reason: "run bit differs" };
  if (compareBy === "size") return { isSame: true, reason: "same size" };
  if (compareBy === "sizeAndTime") return compareTimes({ source: "object" }, found, archiveModifiedMs);
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(wanted.crc32);
  const isSame = await hasDigest(tools, { path, sizeBytes: found.sizeBytes, algorithm: "CRC32" }, expected);
  return isSame ? { isSame, reason: "same checksum" } : { isSame, reason: "content differs" };
}

function hasRunBitOf({ mode }: CheckedFile, path: string): boolean {
  if (mode === undefined || process.platform === "win32") return true;
  const found = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return (found & 0o100) === (mode & 0o100);
}
