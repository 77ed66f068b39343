import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeFailure } from "../../aws/errors/error-hints.ts";
import { formatBytes } from "../../errors/byte-size.ts";
import { codeOf } from "../../errors/coded-error.ts";
import { countOf } from "../../errors/counts.ts";
import type { ArchiveContents, CheckedFile } from "../../extract/archive-entry.ts";
import { ArchiveError } from "../../extract/archive-error.ts";
import { type ArchiveFormat, archiveFormatOf } from "../../extract/archive-format.ts";
import { checkArchive } from "../../extract/read-archive.ts";
import { isRepositoryName } from "../../files/repository-name.ts";
import { TargetFolder } from "../../files/safe-path.ts";
import type { LocalFile } from "../../files/scan.ts";
import { TargetFiles } from "../../files/target-files.ts";
import { discard } from "../../files/temporary-file.ts";
import { type ActionFailure, applyActions } from "../apply.ts";
import { type DownloadTools, fetchContextOf } from "../download/fetch-context.ts";
import { fetchFile } from "../download/fetch-file.ts";
import type { DownloadOptions } from "../options.ts";
import { BackgroundQueue } from "../plan/background-queue.ts";
import { guardExisting } from "../plan/overwrite-guard.ts";
import type { Action, ExtractAction, FolderAction, GetAction, PlanProblem, PlanRemark } from "../plan/plan.ts";
import type { DownloadPlan, ReadArchive } from "../plan/plan-download.ts";

/** Each archive is fetched with many requests, and then read by one core. */
const PARALLEL_ARCHIVES = 4;

/** What to do about an archive that is refused. The message of an archive that is too large says it itself. */
const ADVICE = {
  "archive-damaged": "Create the archive again and upload it. To download it as a file, set extract to false.",
  "archive-entry-refused":
    "Create the archive again without this entry, or exclude the archive with a pattern (globExpressions). To download it as a file, set extract to false.",
} as const;

const HISTORY = ".git";

interface FetchedArchive extends ArchiveContents {
  readonly path: string;
  readonly format: ArchiveFormat;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/**
 * Completes a plan: fetches its archives to a folder of their own, checks each as a whole, and decides what becomes of each file in them.
 * Nothing is written into the target. Archives that are refused are problems of the plan, all of them.
 *
 * @param archiveFolder does not exist yet. Whoever gave it removes it.
 * @throws what a comparison throws; the signal's reason.
 */
export async function planArchives(
  plan: DownloadPlan,
  options: DownloadOptions,
  tools: DownloadTools,
  archiveFolder: string,
): Promise<DownloadPlan> {
  if (plan.archiveObjects.length === 0 || plan.problems.length > 0) return plan;
  const fetched = new Map<Action, FetchedArchive | ArchiveError>();
  const { failures, bytesDone } = await fetchAll(plan, options, tools, archiveFolder, fetched);
  tools.signal.throwIfAborted();
  const archives: ReadArchive[] = [];
  const existing: string[] = [];
  const actions: Action[] = [];
  const remarks: PlanRemark[] = [];
  const problems = describeFailedFetches(plan, failures, tools.bucket.name, dirname(archiveFolder));
  let filesFound = 0;
  for (const object of plan.archiveObjects) {
    const archive = fetched.get(object);
    if (archive instanceof ArchiveError) problems.push(describeRefusal(plan.prefix + object.relativeKey, archive));
    if (!archive || archive instanceof ArchiveError) continue;
    const wanted = options.patterns.names(HISTORY) ? archive : withoutHistory(archive);
    const skipped = archive.files.length - wanted.files.length;
    if (skipped > 0) remarks.push(remarkOnHistory(plan.prefix + object.relativeKey, skipped));
    const decided = await decideFiles(object, wanted, options, tools);
    filesFound += wanted.files.length;
    existing.push(...decided.existing);
    for (const action of [...foldersOf(object, wanted), ...decided.actions]) actions.push(action);
    const extracted = decided.actions.filter((action) => action.kind === "extract");
    const { path, format, sizeBytes, modifiedMs } = archive;
    archives.push({ file: { path, format, sizeBytes }, modifiedMs, actions: extracted });
  }
  const { target } = options;
  const guard = guardExisting(existing, "files", (path) => join(target, path), target);
  return {
    ...plan,
    actions: [...plan.actions, ...actions],
    problems: guard ? [...problems, guard] : problems,
    remarks: [...(plan.remarks ?? []), ...remarks],
    archives,
    extraction: { archives: archives.length, files: filesFound, bytesFetched: bytesDone },
  };
}

function fetchAll(
  { archiveObjects, prefix, tellsCaseApart }: DownloadPlan,
  options: DownloadOptions,
  tools: DownloadTools,
  archiveFolder: string,
  fetched: Map<Action, FetchedArchive | ArchiveError>,
) {
  const context = fetchContextOf(options, tools, new TargetFolder(archiveFolder));
  const disk = { platform: process.platform, isCaseSensitive: tellsCaseApart };
  const maxBytes = options.extract?.maxBytes ?? 0;
  let begun = 0;
  const perform = async (action: Action): Promise<number> => {
    const { relativeKey, sizeBytes, etag } = action as GetAction;
    const name = String(begun++);
    const fetchedBytes = await fetchFile(context, { key: prefix + relativeKey, sizeBytes, etag, path: name });
    const path = join(archiveFolder, name);
    const format = archiveFormatOf(relativeKey) as ArchiveFormat;
    const file = { path, format, sizeBytes: fetchedBytes };
    try {
      const contents = await checkArchive(file, disk, { maxBytes }, tools.signal);
      fetched.set(action, { ...file, ...contents, modifiedMs: (await stat(path)).mtimeMs });
    } catch (error) {
      await discard(path);
      // A refused archive says nothing about the others, even if many are refused.
      if (!(error instanceof ArchiveError)) throw error;
      fetched.set(action, error);
    }
    return fetchedBytes;
  };
  return applyActions(archiveObjects, {
    parallelActions: () => PARALLEL_ARCHIVES,
    perform,
    onDone: tools.observer.actionDone,
    signal: tools.signal,
  });
}

function describeRefusal(key: string, { code, message }: ArchiveError): PlanProblem {
  const advice = code in ADVICE ? ` ${ADVICE[code as keyof typeof ADVICE]}` : "";
  return { input: "extract", code, message: `${key} was not extracted: ${message}.${advice}` };
}

/** All archives are in the same folder at the same time, so a full disk is one problem and not one of each archive. */
function describeFailedFetches(
  { archiveObjects, prefix }: DownloadPlan,
  failures: readonly ActionFailure[],
  bucket: string,
  temporaryFolder: string,
): PlanProblem[] {
  const others = failures.filter(({ error }) => codeOf(error) !== "disk-full");
  const problems = others.map((failure) => describeFailedFetch(failure, prefix, bucket));
  if (others.length === failures.length) return problems;
  const needed = formatBytes(archiveObjects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const message = `the disk of the agent's temporary folder ${temporaryFolder} is full. The archives need ${needed} there. Free space on that disk, or give the agent a larger one.`;
  return [{ input: "extract", code: "disk-full", message }, ...problems];
}

function describeFailedFetch({ action, error }: ActionFailure, prefix: string, bucket: string): PlanProblem {
  const key = prefix + action.relativeKey;
  const why = describeFailure(error, bucket, key, "s3:GetObject");
  return { input: "extract", code: codeOf(error), message: `${key} was not downloaded: ${why}` };
}

/** As for keys: whoever may write to the bucket must not change the repository that the job has checked out. */
function withoutHistory(archive: FetchedArchive): FetchedArchive {
  const isOutside = (path: string) => !path.split("/").some(isRepositoryName);
  const files = archive.files.filter(({ path }) => isOutside(path));
  return { ...archive, files, emptyFolders: archive.emptyFolders.filter(isOutside) };
}

function remarkOnHistory(key: string, files: number): PlanRemark {
  const message = `.git in ${key} is not extracted (${countOf(files, "file")}). To extract it too, name it in a pattern (globExpressions), for example **/.git/**.`;
  return { kind: "warning", input: "extract", code: "file-skipped", message };
}

function foldersOf({ path, relativeKey }: GetAction, { emptyFolders }: ArchiveContents): FolderAction[] {
  return emptyFolders.map((folder) => ({
    kind: "folder",
    path: below(path, folder),
    relativeKey,
    sizeBytes: 0,
    reason: "a folder in the archive",
  }));
}

/** What becomes of each file of an archive, by the same table as for objects. */
async function decideFiles(
  { path: folder, relativeKey }: GetAction,
  archive: FetchedArchive,
  options: DownloadOptions,
  tools: DownloadTools,
): Promise<{ actions: readonly Action[]; existing: readonly string[] }> {
  const { overwrite, target } = options;
  const targetFiles = new TargetFiles(target);
  const decisions = new BackgroundQueue<Action>();
  const existing: string[] = [];
  for (const file of archive.files) {
    const path = below(folder, file.path);
    const subject = { path, relativeKey, sizeBytes: file.sizeBytes };
    const found = targetFiles.find(path);
    const extract = (reason: string): ExtractAction => ({
      kind: "extract",
      ...subject,
      reason,
      replaces: !!found,
      file,
    });
    if (!found) decisions.push(extract("new"));
    else if (overwrite === "always") decisions.push(extract("overwrite: always"));
    else if (overwrite === "never" || overwrite === "error") {
      decisions.push({ kind: "skip", ...subject, reason: "exists" });
      if (overwrite === "error") existing.push(path);
    } else if (found.isLink) decisions.push(extract("is a symbolic link"));
    else {
      await decisions.add(async () => {
        const { isSame, reason } = await compareFile(file, archive.modifiedMs, found, options, tools);
        return isSame ? { kind: "skip", ...subject, reason } : extract(reason);
      });
    }
  }
  return { actions: await decisions.finish(), existing };
}

/** Whether a file is what the archive holds. A file that cannot be read is not; its replacement reports the error. */
async function compareFile(
  wanted: CheckedFile,
  archiveModifiedMs: number,
  found: LocalFile,
  { compareBy, target }: DownloadOptions,
  { digester }: DownloadTools,
): Promise<{ readonly isSame: boolean; readonly reason: string }> {
  const path = join(target, found.path);
  if (found.sizeBytes !== wanted.sizeBytes) return { isSame: false, reason: "size differs" };
  if (!hasRunBitOf(wanted, path)) return { isSame: false, reason: "run bit differs" };
  if (compareBy === "size") return { isSame: true, reason: "same size" };
  if (compareBy === "sizeAndTime") {
    const isOutOfDate = Math.floor(archiveModifiedMs / 1000) > Math.floor(found.modifiedMs / 1000);
    return isOutOfDate ? { isSame: false, reason: "newer" } : { isSame: true, reason: "same size, not newer" };
  }
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(wanted.crc32);
  const isSame = await digester.digest({ path, sizeBytes: found.sizeBytes, algorithm: "CRC32" }).then(
    (digest) => digest.equals(expected),
    () => false,
  );
  return isSame ? { isSame, reason: "same checksum" } : { isSame, reason: "content differs" };
}

function hasRunBitOf({ mode }: CheckedFile, path: string): boolean {
  if (mode === undefined || process.platform === "win32") return true;
  const found = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return (found & 0o100) === (mode & 0o100);
}

function below(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}
