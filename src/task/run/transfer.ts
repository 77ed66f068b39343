import { InputError } from "../../agent/inputs.ts";
import { log, loggedWarnings } from "../../agent/log.ts";
import { TransferProgress } from "../../agent/progress.ts";
import type { TaskOutcome } from "../../agent/run-task.ts";
import { attachSummary, writeTemporaryFile } from "../../agent/summary.ts";
import { formatBytes } from "../../errors/byte-size.ts";
import type { CodedMessage } from "../../errors/coded-message.ts";
import { countOf, formatCount } from "../../errors/counts.ts";
import { FolderWriteError } from "../../errors/folder-write-error.ts";
import { FileDigester } from "../../files/digest/file-digest.ts";
import { ScanError } from "../../files/scan.ts";
import type { TransferOptions } from "../../sync/options.ts";
import {
  type Action,
  bytesToMove,
  type Counts,
  countActions,
  countPlan,
  type GetAction,
  type Plan,
  type PlanProblem,
} from "../../sync/plan/plan.ts";
import type { PlanContext } from "../../sync/plan/plan-context.ts";
import { writePlanFile } from "../../sync/plan/plan-file.ts";
import type { TransferObserver, TransferReport } from "../../sync/report.ts";
import { withTaskBucket } from "./bucket.ts";
import { actionLogger, areFew, countChanges, type Direction, describePlan, logDryRunEnd, logEnd } from "./report.ts";
import { type SummaryParts, summarize, summarizeUnplanned } from "./summary.ts";

const PLANNING_INTERVAL_MS = 5_000;
/** After so many of them without a step forward, the log says what it waits for. */
const SILENT_TURNS = 6;
/** Of more skipped files, the rest is counted. */
const MAX_WARNINGS = 50;

/** One of the transfer tasks. */
export interface TransferTask<P extends Plan> {
  readonly name: string;
  /** The local end. */
  readonly folder: string;
  /** The input that names the local folder. */
  readonly folderInput: string;
  /** Said before the plan is made, for example `Uploading FOLDER to s3://…`, with the store's place behind the URI. */
  opening(place: string): string;
  makePlan(tools: PlanContext): Promise<P>;
  /** Absent if a plan is always complete. */
  readonly archives?: ArchiveReading<P>;
  directionOf(plan: P): Direction;
  /** The message if the patterns match nothing. */
  readonly nothingFound: PlanProblem;
  apply(plan: P, tools: PlanContext & { readonly observer: TransferObserver }): Promise<TransferReport>;
  outputsOf(counts: Counts): Readonly<Record<string, string>>;
  /** Writes what else a step leaves beside its plan file. @returns the output variables with the paths */
  writeFiles?(): Readonly<Record<string, string>>;
  /** What the plan file says beside the actions. */
  planFileExtras?(plan: P): object;
  /** What the summary says beside what was transferred. */
  summaryParts?(plan: P): SummaryParts;
  /** Takes the summary. If absent, it is added to the run at once. */
  readonly takeSummary?: (markdown: string) => void;
}

/** Archives whose files are known only after they are fetched. */
export interface ArchiveReading<P extends Plan> {
  objectsOf(plan: P): readonly GetAction[];
  /** Fetches and checks them, and completes the plan. */
  read(plan: P, tools: PlanContext & { readonly observer: TransferObserver }): Promise<P>;
}

/** The options of all transfers. */
export type RunOptions = Pick<TransferOptions, "access" | "concurrency" | "dryRun" | "ifNoFilesFound">;

/**
 * Runs a transfer: makes the plan, performs it, and reports the result.
 *
 * @throws {InputError} if nothing matches; {StepError} if the bucket cannot be listed; the signal's reason if the step is cancelled.
 */
export async function runTransfer<P extends Plan>(
  options: RunOptions,
  task: TransferTask<P>,
  cancelSignal: AbortSignal,
): Promise<TaskOutcome> {
  const digester = new FileDigester({ signal: cancelSignal });
  try {
    return await withTaskBucket(options.access, task.name, options.concurrency, (bucket) =>
      planAndApply(options, task, { bucket, digester, warn: boundedWarnings(), signal: cancelSignal }),
    );
  } catch (error) {
    throw error instanceof ScanError
      ? new InputError([{ input: task.folderInput, code: error.code, message: error.message }])
      : error;
  } finally {
    await digester.close();
  }
}

async function planAndApply<P extends Plan>(
  options: RunOptions,
  task: TransferTask<P>,
  tools: PlanContext,
): Promise<TaskOutcome> {
  const { access, dryRun, ifNoFilesFound } = options;
  const { bucketName, store } = access;
  log.info(task.opening(store.endpoint ? `at ${store.endpoint.host}` : `in ${store.region}`));
  const startMs = performance.now();
  const plan = await planUnlessCancelled(task, tools);
  if (plan === undefined) return leaveUnplanned(task, bucketName);
  for (const remark of plan.remarks ?? []) {
    const text = `${remark.input}: ${remark.message}`;
    if (remark.kind === "info") log.info(text);
    else log.warning(remark.code, text);
  }
  if (plan.filesFound === 0 && ifNoFilesFound !== "ignore") tellNothingFound(options, task.nothingFound);
  const direction = task.directionOf(plan);
  const result = dryRun ? showPlan(plan, direction) : await carryOut(plan, direction, task, tools, startMs);
  const { counts, report } = result;
  const errors = [...result.errors];

  const head = { bucket: bucketName, prefix: direction.prefix, folder: task.folder, dryRun };
  const planFile = writeOrReport(errors, () =>
    writeTemporaryFile("plan.json", (path) =>
      writePlanFile(path, { ...head, ...task.planFileExtras?.(plan) }, plan, report),
    ),
  );
  if (planFile !== undefined && !areFew(plan.actions)) log.info(`Every action and its reason: ${planFile}`);
  const parts = task.summaryParts?.(plan) ?? { checks: [], facts: [] };
  const performed = performedOf(plan, result, dryRun);
  const summary = summarize({ plan, counts, performed, errors, warnings: loggedWarnings(), direction, dryRun, parts });
  // What kept the plan file from being written keeps the summary too, and is reported once.
  writeOrReport(planFile === undefined ? [] : errors, () => (task.takeSummary ?? attachSummary)(summary));
  const otherFiles = writeOrReport(planFile === undefined ? [] : errors, () => task.writeFiles?.()) ?? {};
  const outputs = { ...task.outputsOf(counts), ...otherFiles, ...(planFile === undefined ? {} : { planFile }) };
  return { outputs, errors };
}

/**
 * Writes a file for people who look at the step later. The step has done its work by then: if there is no room for the file, that is an error
 * among the others, and takes nothing away from them.
 */
export function writeOrReport<T>(errors: CodedMessage[], write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof FolderWriteError)) throw error;
    const message = `The plan file or the summary could not be written. ${error.message}. What the step did is in its log and its output variables.`;
    errors.push({ code: error.code, message });
    return undefined;
  }
}

/** What a step leaves that was cancelled before there was a plan. */
function leaveUnplanned<P extends Plan>(task: TransferTask<P>, bucketName: string): TaskOutcome {
  const errors: CodedMessage[] = [{ code: "cancelled", message: CANCELLED_UNPLANNED }];
  const summary = summarizeUnplanned(`s3://${bucketName}/`, errors);
  writeOrReport(errors, () => (task.takeSummary ?? attachSummary)(summary));
  return { outputs: task.outputsOf(countActions([])), errors };
}

const CANCELLED_UNPLANNED =
  "The step was cancelled while it compared files and objects. No file and no object was changed, and there is no plan file, because nothing was planned yet. Run the step again.";

/** What became of a plan, or in a dry run would. */
interface PlanResult {
  readonly counts: Counts;
  readonly errors: readonly CodedMessage[];
  /** Absent if nothing was done. */
  readonly report?: TransferReport;
}

/** What the summary counts: what was done or kept, or in a dry run would be. Nothing if nothing was begun. */
function performedOf({ actions }: Plan, { errors, report }: PlanResult, dryRun: boolean): readonly Action[] {
  if (report) return actions.filter((action) => action.kind === "skip" || report.done.has(action));
  return dryRun && errors.length === 0 ? actions : [];
}

/** A dry run: reports what would be done. */
function showPlan(plan: Plan, direction: Direction): PlanResult {
  const counts = countPlan(plan);
  log.info(describePlan(plan, counts, direction));
  plan.actions.forEach(actionLogger(plan, direction, true));
  if (plan.problems.length > 0) return refuse(plan);
  logDryRunEnd(plan, counts, direction);
  return { counts, errors: [] };
}

/** Does what is planned, and reports what was done. */
async function carryOut<P extends Plan>(
  plan: P,
  direction: Direction,
  task: TransferTask<P>,
  tools: PlanContext,
  startMs: number,
): Promise<PlanResult> {
  if (plan.problems.length > 0) return refuse(plan);
  const planned = countPlan(plan);
  log.info(describePlan(plan, planned, direction));
  const logAction = actionLogger(plan, direction, false);
  const { transferred, extracted } = bytesToMove(plan);
  const work = plan.extraction && transferred === 0 ? "extract" : "transfer";
  const progress = new TransferProgress(planned.filesNew + planned.filesUpdated, transferred + extracted, work);
  try {
    const observer: TransferObserver = {
      moved: (sizeBytes) => progress.addBytes(sizeBytes),
      actionDone(action) {
        const isFile = action.kind !== "delete" && action.kind !== "folder" && action.kind !== "skip";
        if (isFile && !action.redirect) progress.addFile();
        logAction(action);
      },
    };
    const report = await task.apply(plan, { ...tools, observer });
    const { counts, errors } = report;
    if (errors.length === 0 || countChanges(counts) > 0) {
      const seconds = plan.extraction ? (performance.now() - startMs) / 1000 : progress.transferSeconds();
      logEnd(plan, counts, direction, seconds);
    }
    return { counts, errors, report };
  } finally {
    progress.stop();
    log.endList();
  }
}

/** If a plan has problems, nothing of it is done. Its archives may be downloaded already; their bytes are counted. */
function refuse({ problems, extraction }: Plan): PlanResult {
  const errors = problems.map(({ input, code, message }) => ({ code, message: `${input}: ${message}` }));
  return { counts: { ...countActions([]), bytesTransferred: extraction?.bytesFetched ?? 0 }, errors };
}

/** Fetches the archives of a plan, if it has any, and reports how far that is. */
async function readArchives<P extends Plan>(plan: P, { archives }: TransferTask<P>, tools: PlanContext): Promise<P> {
  const objects = archives?.objectsOf(plan) ?? [];
  if (!archives || objects.length === 0 || plan.problems.length > 0) return plan;
  const sizeBytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  log.info(`Downloading and checking ${countOf(objects.length, "archive")}, ${formatBytes(sizeBytes)}`);
  const progress = new TransferProgress(objects.length, sizeBytes, "check-archives");
  try {
    const observer: TransferObserver = {
      moved: (bytes) => progress.addBytes(bytes),
      actionDone: () => progress.addFile(),
    };
    return await archives.read(plan, { ...tools, observer });
  } finally {
    progress.stop();
  }
}

/** @returns undefined if the step is cancelled before the plan is made, and its archives are read. */
async function planUnlessCancelled<P extends Plan>(task: TransferTask<P>, tools: PlanContext): Promise<P | undefined> {
  try {
    return await readArchives(await planWithProgress(task, tools), task, tools);
  } catch (error) {
    if (!tools.signal.aborted) throw error;
    return undefined;
  }
}

/** Makes the plan. If that takes long, the log says from time to time how far it is. */
async function planWithProgress<P extends Plan>(task: TransferTask<P>, tools: PlanContext): Promise<P> {
  let considered = 0;
  let told = 0;
  let silentTurns = 0;
  const timer = setInterval(() => {
    silentTurns = considered > told ? 0 : silentTurns + 1;
    const count = formatCount(considered);
    if (considered > told) log.info(`Comparing files and objects: ${count} so far`);
    else if (silentTurns % SILENT_TURNS === 0)
      log.info(`Comparing files and objects: ${count} so far. Waiting for the server, or for a large file to be read`);
    told = considered;
  }, PLANNING_INTERVAL_MS);
  try {
    return await task.makePlan({ ...tools, considered: () => void considered++ });
  } finally {
    clearInterval(timer);
  }
}

function tellNothingFound({ ifNoFilesFound }: RunOptions, problem: PlanProblem): void {
  if (ifNoFilesFound === "error") throw new InputError([problem]);
  log.warning(problem.code, `${problem.input}: ${problem.message}`);
}

/** Warns of skipped files, up to a limit: many broken links must not fill the log. */
function boundedWarnings(): PlanContext["warn"] {
  let told = 0;
  return ({ path, reason }) => {
    told++;
    if (told <= MAX_WARNINGS) log.warning("file-skipped", `${path} is skipped: ${reason}.`);
    else if (told === MAX_WARNINGS + 1) log.warning("file-skipped", "Further skipped files are not listed.");
  };
}
