import { formatSeconds } from "../../agent/format.ts";
import { log } from "../../agent/log.ts";
import { formatBytes } from "../../errors/byte-size.ts";
import { countOf, formatCount } from "../../errors/counts.ts";
import {
  type Action,
  bytesToMove,
  type Counts,
  countPlan,
  EXISTS,
  NOT_LOOKED_FOR,
  type Plan,
  type Redirect,
} from "../../sync/plan/plan.ts";

/** The words and places of one direction. */
export interface Direction {
  readonly done: "Uploaded" | "Downloaded" | "Restored";
  readonly from: string;
  readonly to: string;
  /** The key prefix of all objects. */
  readonly prefix: string;
  /** Whether the step may change other things than files, which are reported apart: settings of the bucket, DNS records, caches. */
  readonly changesMore?: boolean;
}

const VERBS: Readonly<Record<Direction["done"], string>> = {
  Uploaded: "upload",
  Downloaded: "download",
  Restored: "restore",
};

/** The log lists the actions if they are not more than this; otherwise it has only the number. */
const MAX_NAMED_ACTIONS = 100;
/** More lines than these are folded, so that a log fits a screen. */
const MAX_UNFOLDED_ACTIONS = 15;

/** The plan in one line: `Found 12 files: 3 new, 1 to update, 8 unchanged; 5.3 MB to upload`. */
export function describePlan(plan: Plan, counts: Counts, direction: Direction): string {
  const { filesUnchanged } = counts;
  const words = wordsFor(plan);
  const parts = [
    [counts.filesNew, words.sent === "new" ? "new" : "to upload"],
    [counts.filesUpdated, "to update"],
    [filesUnchanged, words.left === "unchanged" ? "unchanged" : "existing, kept"],
    [counts.filesDeleted, "to delete"],
  ] as const;
  const told = parts.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} ${what}`] : []));
  const verb = VERBS[direction.done];
  const { transferred, extracted } = bytesToMove(plan);
  // Of an archive, only its end shows how much there is to upload.
  const isKnown = transferred > 0 && !plan.archive;
  const amounts = [
    ...(extracted > 0 ? [`${formatBytes(extracted)} to extract`] : []),
    ...(isKnown ? [`${formatBytes(transferred)} to ${verb}`] : []),
  ];
  const amount = amounts.length > 0 ? `; ${amounts.join(", ")}` : "";
  const found = `Found ${describeFound(plan)}${told.length > 0 ? `: ${told.join(", ")}` : ""}`;
  return found + describePlannedRedirects(counts) + amount;
}

/** `5 files`, or what is to become one archive, or `5 objects, 2 of them archives with 1,203 files`. */
export function describeFound({ filesFound, archive, extraction }: Plan): string {
  if (archive) {
    return `${countFiles(filesFound)} for the archive ${archive.name}, ${formatBytes(archive.sourceBytes)} before compression`;
  }
  if (!extraction) return countFiles(filesFound);
  if (filesFound === 1) return `1 archive with ${countFiles(extraction.files)}`;
  return `${formatCount(filesFound)} objects, ${formatCount(extraction.archives)} of them archives with ${countFiles(extraction.files)}`;
}

/** Redirects are no files: `; 3 redirects: 2 to set, 1 unchanged`. */
function describePlannedRedirects({ redirects }: Counts): string {
  if (!redirects) return "";
  const { set, unchanged, deleted } = redirects;
  const parts = [
    [set, "to set"],
    [unchanged, "unchanged"],
    [deleted, "to delete"],
  ] as const;
  const told = parts.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} ${what}`] : []));
  return `; ${countRedirects(set + unchanged + deleted)}: ${told.join(", ")}`;
}

/** The words for the counts. With `overwrite: never`, existing files are not compared; with `always`, nobody checks whether they exist. */
function wordsFor({ actions }: Plan): { readonly sent: "new" | "uploaded"; readonly left: "unchanged" | "existing" } {
  const isUnseen = (action: Action) => action.kind === "put" && !action.replaces && action.reason === NOT_LOOKED_FOR;
  return {
    sent: actions.some(isUnseen) ? "uploaded" : "new",
    left: actions.some(({ kind, reason }) => kind === "skip" && reason === EXISTS) ? "existing" : "unchanged",
  };
}

/** Whether the actions are few enough to be named one by one. */
export function areFew(actions: readonly Action[]): boolean {
  return !hasMoreChanges(actions, MAX_NAMED_ACTIONS);
}

function hasMoreChanges(actions: readonly Action[], max: number): boolean {
  let changes = 0;
  for (const { kind } of actions) if (kind !== "skip" && ++changes > max) return true;
  return false;
}

/** @returns what writes a line for an action that was done, or would be; nothing if they are too many. */
export function actionLogger({ actions }: Plan, direction: Direction, isPlanned: boolean): (action: Action) => void {
  if (!areFew(actions)) return () => undefined;
  const isFolded = hasMoreChanges(actions, MAX_UNFOLDED_ACTIONS);
  const [stored, deleted] = isPlanned
    ? [`Files to ${VERBS[direction.done]}`, "Files to delete"]
    : [`${direction.done} files`, "Deleted files"];
  return (action) => {
    const text = describeAction(action, direction);
    if (text === undefined) return;
    if (isFolded) log.item(action.kind === "delete" ? deleted : stored, `  ${text}`);
    else log.info(`  ${text}`);
  };
}

/** One action in a line, as it is done or would be done; undefined for what is left as it is. */
export function describeAction(action: Action, { prefix, done }: Direction): string | undefined {
  const { kind, path, relativeKey, sizeBytes, reason } = action;
  const key = prefix + relativeKey;
  if (action.redirect) return describeRedirect(action.redirect, action);
  const details = `(${formatBytes(sizeBytes)}, ${reason})`;
  switch (kind) {
    case "put":
      return done === "Restored" ? `${key} ${details}` : `${path} → ${key} ${details}`;
    case "get":
    case "extract":
      return `${key} → ${path} ${details}`;
    case "update":
      return `${key}: ${reason}`;
    case "delete":
      return `delete ${done === "Downloaded" ? path : key} (${reason})`;
    case "folder":
      return `${key} → ${path}/`;
    case "skip":
      return undefined;
  }
}

/** S3 answers with 301 for an object that redirects. */
function describeRedirect({ from, to }: Redirect, { kind, reason }: Action): string | undefined {
  if (kind === "skip") return undefined;
  return kind === "delete" ? `delete ${from} → ${to} (301) (${reason})` : `${from} → ${to} (301)`;
}

/** Writes how it ended: a line and a table. */
export function logEnd(plan: Plan, counts: Counts, direction: Direction, seconds: number): void {
  log.info(describeEnd(plan, counts, direction, seconds));
  logCounts(plan, counts);
}

/** Writes how it would end. */
export function logDryRunEnd(plan: Plan, counts: Counts, { changesMore = false }: Direction): void {
  const nothing = changesMore ? "change no files." : "change nothing either.";
  const result = countChanges(counts) > 0 ? "have this result:" : nothing;
  log.info(`Dry run: nothing was changed. A real run would ${result}`);
  logCounts(plan, counts);
}

function logCounts(plan: Plan, counts: Counts): void {
  if (countChanges(counts) === 0) return;
  const rows = countRows(plan, counts);
  const width = Math.max(...rows.map(([, count]) => count.length));
  for (const [what, count] of rows) log.info(`  ${what.padEnd(10)} ${count.padStart(width)}`);
}

function describeEnd(plan: Plan, counts: Counts, direction: Direction, seconds: number): string {
  const { done, to } = direction;
  const { filesNew, filesUpdated, filesDeleted, filesUnchanged, bytesTransferred } = counts;
  const transferred = filesNew + filesUpdated;
  const planned = countPlan(plan);
  const plannedTransfers = planned.filesNew + planned.filesUpdated;
  if (countChanges(counts) === 0) {
    const exist = filesUnchanged === 1 ? "exists already" : "exist already";
    const how = wordsFor(plan).left === "unchanged" ? "unchanged" : exist;
    return `${describeNoChange(direction)}: ${describeObjects(plan, filesUnchanged)} ${how} in ${to}`;
  }
  const duration = `in ${formatSeconds(seconds)}`;
  const redirects = describeChangedRedirects(counts);
  if (transferred === 0 && filesDeleted === 0) return `${redirects} in ${to} ${duration}`;
  const rate = `${duration} (${formatBytes(bytesTransferred / seconds)}/s)`;
  const objects = plan.archive ? describeObjects(plan, 1) : countDone(transferred, plannedTransfers, "file");
  const transfers = plan.actions.some(({ kind }) => kind === "put" || kind === "get" || kind === "extract")
    ? `${plan.extraction ? `${done} and extracted` : done} ${objects}, ${formatBytes(bytesTransferred)}, to ${to} ${rate}`
    : `Updated the headers of ${countDone(transferred, plannedTransfers, "object")} in ${to} ${duration}`;
  const deleted = countDone(filesDeleted, planned.filesDeleted, "file");
  const deletion = filesDeleted > 0 ? `deleted ${deleted}` : "";
  if (transferred === 0) return [`Deleted ${deleted} from ${to} ${duration}`, redirects].filter(Boolean).join(". ");
  return [deletion ? `${transfers}, and ${deletion}` : transfers, redirects].filter(Boolean).join(". ");
}

/** The result of a step that has changed no file. */
export function describeNoChange({ changesMore = false }: Direction): string {
  return changesMore ? "No files to change" : "Nothing to do";
}

/** How many files and redirects were changed. */
export function countChanges({ filesNew, filesUpdated, filesDeleted, redirects }: Counts): number {
  return filesNew + filesUpdated + filesDeleted + (redirects ? redirects.set + redirects.deleted : 0);
}

/** @returns `Set 2 redirects, and deleted 1`; empty if none was changed. */
function describeChangedRedirects({ redirects }: Counts): string {
  const { set = 0, deleted = 0 } = redirects ?? {};
  if (set === 0) return deleted === 0 ? "" : `Deleted ${countRedirects(deleted)}`;
  return `Set ${countRedirects(set)}${deleted > 0 ? `, and deleted ${formatCount(deleted)}` : ""}`;
}

/** `9 files`, or `4 of 9 files` if a step ended early. */
function countDone(done: number, planned: number, noun: string): string {
  return done < planned ? `${formatCount(done)} of ${countOf(planned, noun)}` : countOf(done, noun);
}

/** An archive is one object, and people ask what is in it. */
function describeObjects({ filesFound, archive }: Plan, count: number): string {
  return archive ? `the archive ${archive.name} with ${countFiles(filesFound)}` : countFiles(count);
}

/** `new`, `updated`, `unchanged` and `deleted`, in the words of the plan; and `redirects`, if there are any. */
export function countRows(plan: Plan, counts: Counts): [what: string, count: string][] {
  const { sent, left } = wordsFor(plan);
  return [
    [sent, formatCount(counts.filesNew)],
    ["updated", formatCount(counts.filesUpdated)],
    [left, formatCount(counts.filesUnchanged)],
    ["deleted", formatCount(counts.filesDeleted)],
    ...redirectRows(counts),
  ];
}

function redirectRows({ redirects }: Counts): [what: string, count: string][] {
  return redirects ? [["redirects", formatCount(redirects.set + redirects.deleted)]] : [];
}

function countRedirects(redirects: number): string {
  return countOf(redirects, "redirect");
}

export function countFiles(files: number): string {
  return countOf(files, "file");
}
