import { dirname, join } from "node:path";
import { countOf } from "../../errors/counts.ts";
import type { ArchiveContents } from "../../extract/archive-contents.ts";
import { isRepositoryName } from "../../files/repository-name.ts";
import type { DownloadTools } from "../download/fetch-context.ts";
import type { DownloadOptions } from "../options.ts";
import { guardExisting } from "../plan/overwrite-guard.ts";
import type { Action, PlanRemark } from "../plan/plan.ts";
import type { DownloadPlan, ReadArchive } from "../plan/plan-download.ts";
import { describeFailedFetches, describeRefusal } from "./archive-problems.ts";
import { decideFiles } from "./decide-files.ts";
import { fetchArchives } from "./fetch-archives.ts";

const HISTORY = ".git";

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
  const fetched = await fetchArchives(plan, options, tools, archiveFolder);
  const archives: ReadArchive[] = [];
  const existing: string[] = [];
  const actions: Action[] = [];
  const remarks: PlanRemark[] = [];
  let filesFound = 0;
  for (const archive of fetched.archives) {
    const { object, file, modifiedMs } = archive;
    const contents = options.patterns.names(HISTORY) ? archive.contents : withoutHistory(archive.contents);
    const skipped = archive.contents.files.length - contents.files.length;
    if (skipped > 0) remarks.push(remarkOnHistory(plan.prefix + object.relativeKey, skipped));
    const decided = await decideFiles({ ...archive, contents }, options, tools);
    filesFound += contents.files.length;
    for (const path of decided.existing) existing.push(path);
    for (const action of decided.actions) actions.push(action);
    const extracted = decided.actions.filter((action) => action.kind === "extract");
    archives.push({ file, modifiedMs, actions: extracted });
  }
  const { target } = options;
  const guard = guardExisting(existing, "files", (path) => join(target, path), target);
  return {
    ...plan,
    actions: [...plan.actions, ...actions],
    problems: [
      ...describeFailedFetches(fetched.failures, plan, tools.bucket.name, dirname(archiveFolder)),
      ...fetched.refused.map(({ object, error }) => describeRefusal(plan.prefix + object.relativeKey, error)),
      ...(guard ? [guard] : []),
    ],
    remarks: [...(plan.remarks ?? []), ...remarks],
    archives,
    extraction: { archives: archives.length, files: filesFound, bytesFetched: fetched.bytesFetched },
  };
}

/** As for keys: whoever may write to the bucket must not change the repository that the job has checked out. */
function withoutHistory({ files, emptyFolders }: ArchiveContents): ArchiveContents {
  const isOutside = (path: string) => !path.split("/").some(isRepositoryName);
  return { files: files.filter(({ path }) => isOutside(path)), emptyFolders: emptyFolders.filter(isOutside) };
}

function remarkOnHistory(key: string, files: number): PlanRemark {
  const message = `.git in ${key} is not extracted (${countOf(files, "file")}). To extract it too, name it in a pattern (globExpressions), for example **/.git/**.`;
  return { kind: "warning", input: "extract", code: "file-skipped", message };
}
