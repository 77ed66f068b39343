import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ArchiveContents, ArchiveFile } from "../../extract/archive-contents.ts";
import { ArchiveError } from "../../extract/archive-error.ts";
import { type ArchiveFormat, archiveFormatOf } from "../../extract/archive-format.ts";
import { checkArchive } from "../../extract/read-archive.ts";
import { TargetFolder } from "../../files/safe-path.ts";
import { discard } from "../../files/temporary-file.ts";
import { type ActionFailure, applyActions } from "../apply.ts";
import { type DownloadTools, fetchContextOf } from "../download/fetch-context.ts";
import { fetchFile } from "../download/fetch-file.ts";
import type { DownloadOptions } from "../options.ts";
import type { Action, GetAction } from "../plan/plan.ts";
import type { DownloadPlan } from "../plan/plan-download.ts";

/** Each archive is fetched with many requests, and then read by one core. */
const PARALLEL_ARCHIVES = 4;

/** An archive that was fetched and checked. */
export interface FetchedArchive {
  readonly object: GetAction;
  readonly file: ArchiveFile;
  /** Of the object. */
  readonly modifiedMs: number;
  readonly contents: ArchiveContents;
}

/** What became of the archives of a plan, in its order. */
export interface FetchedArchives {
  readonly archives: readonly FetchedArchive[];
  /** Those that are damaged, not safe or too large. */
  readonly refused: readonly { readonly object: GetAction; readonly error: ArchiveError }[];
  /** Those that did not come, or could not be read. */
  readonly failures: readonly ActionFailure[];
  /** Of all that came. */
  readonly bytesFetched: number;
}

/**
 * Fetches the archives of a plan to a folder of their own, and checks each as a whole.
 *
 * @param archiveFolder does not exist yet.
 * @throws the signal's reason.
 */
export async function fetchArchives(
  { archiveObjects, prefix, tellsCaseApart }: DownloadPlan,
  options: DownloadOptions,
  tools: DownloadTools,
  archiveFolder: string,
): Promise<FetchedArchives> {
  const context = fetchContextOf(options, tools, new TargetFolder(archiveFolder));
  const disk = { platform: process.platform, isCaseSensitive: tellsCaseApart };
  const maxBytes = options.extract?.maxBytes ?? 0;
  const results = new Map<GetAction, FetchedArchive | ArchiveError>();
  let begun = 0;
  const perform = async (action: Action): Promise<number> => {
    const object = action as GetAction;
    const { relativeKey, etag } = object;
    const name = String(begun++);
    const key = prefix + relativeKey;
    const sizeBytes = await fetchFile(context, { key, sizeBytes: object.sizeBytes, etag, path: name });
    const file = { path: join(archiveFolder, name), format: archiveFormatOf(relativeKey) as ArchiveFormat, sizeBytes };
    try {
      const contents = await checkArchive(file, disk, { maxBytes }, tools.signal);
      results.set(object, { object, file, contents, modifiedMs: (await stat(file.path)).mtimeMs });
    } catch (error) {
      await discard(file.path);
      // A refused archive says nothing about the others, even if many are refused.
      if (!(error instanceof ArchiveError)) throw error;
      results.set(object, error);
    }
    return sizeBytes;
  };
  const { failures, bytesDone } = await applyActions(archiveObjects, {
    parallelActions: () => PARALLEL_ARCHIVES,
    perform,
    onDone: tools.observer.actionDone,
    signal: tools.signal,
  });
  tools.signal.throwIfAborted();
  const inOrder = archiveObjects.map((object) => ({ object, result: results.get(object) }));
  return {
    archives: inOrder.flatMap(({ result }) => (!result || result instanceof ArchiveError ? [] : [result])),
    refused: inOrder.flatMap(({ object, result }) =>
      result instanceof ArchiveError ? [{ object, error: result }] : [],
    ),
    failures,
    bytesFetched: bytesDone,
  };
}
