import { escapeMarkdown, markdownLink } from "../../agent/markdown.ts";
import { shorten } from "../../errors/bounded-text.ts";
import { formatBytes } from "../../errors/byte-size.ts";
import { type CodedMessage, printed } from "../../errors/coded-message.ts";
import { countOf, formatCount } from "../../errors/counts.ts";
import type { Action, Counts, Plan } from "../../sync/plan/plan.ts";
import {
  countChanges,
  countFiles,
  countRows,
  type Direction,
  describeAction,
  describeFound,
  describeNoChange,
} from "./report.ts";

/** Of more, the rest is counted. */
const MAX_ERRORS = 20;
const MAX_FOLDERS = 10;
const MAX_LARGEST = 5;
const MAX_KINDS = 6;
/** More actions are not named one by one. */
const MAX_ACTIONS = 30;
/** Characters of a message, and of a name. */
const MAX_MESSAGE_LENGTH = 1000;
const MAX_NAME_LENGTH = 300;

/** One line of a summary. Both texts are shown as they are. */
export interface SummaryFact {
  /** For example `Invalidation`. */
  readonly what: string;
  readonly text: string;
}

/** What a task adds to the summary of its transfer. */
export interface SummaryParts {
  /** The URL that visitors use; by default the S3 URI is the heading. */
  readonly siteUrl?: URL;
  /** What was checked at the end. */
  readonly checks: readonly string[];
  /** In the order in which they are shown, after the warnings. */
  readonly facts: readonly SummaryFact[];
}

/** The content of a summary. */
export interface SummaryContent {
  readonly plan: Plan;
  readonly counts: Counts;
  /** What was done, or in a dry run would be. */
  readonly performed: readonly Action[];
  readonly errors: readonly CodedMessage[];
  /** The first of them, and how many there are. */
  readonly warnings: { readonly shown: readonly CodedMessage[]; readonly count: number };
  readonly direction: Direction;
  readonly dryRun: boolean;
  readonly parts: SummaryParts;
}

/**
 * What the page of the run shows of a step, in Markdown: where the files are and how it ended first, and never more than a few screens.
 */
export function summarize(content: SummaryContent): string {
  const { plan, errors, performed, direction, parts } = content;
  const sections = [
    [describePlace(direction, parts)],
    [describeResult(content)],
    list(errors, MAX_ERRORS, "error"),
    folderTable(content),
    [
      ...describeContents(plan, performed, direction),
      ...parts.checks.map((text) => fact({ what: "Checks", text })),
      ...describeWarnings(content),
      ...[...parts.facts, ...describeEnds(direction)].map(fact),
    ],
    nameActions(performed, direction),
  ];
  return sections.flatMap((lines) => (lines.length > 0 ? [`${lines.join("\n")}\n`] : [])).join("\n");
}

/** The summary of a step that ended before it had a plan. */
export function summarizeUnplanned(s3Uri: string, errors: readonly CodedMessage[]): string {
  return `### ${escapeMarkdown(s3Uri)}\n\n**Failed** with ${countErrors(errors.length)}.\n\n${list(errors, MAX_ERRORS, "error").join("\n")}\n`;
}

function describePlace({ done, from, to }: Direction, { siteUrl }: SummaryParts): string {
  if (siteUrl) return `### ${markdownLink(shorten(siteUrl.href, MAX_NAME_LENGTH), siteUrl.href)}`;
  return `### ${escapeMarkdown(shorten(done === "Downloaded" ? from : to, MAX_NAME_LENGTH))}`;
}

function describeResult({ plan, counts, errors, direction, dryRun }: SummaryContent): string {
  const rows = countRows(plan, counts).filter(([, count]) => count !== "0");
  const numbers = rows.map(([what, count]) => `${count} ${what}`).join(", ");
  const verb = dryRun ? "to transfer" : direction.done.toLowerCase();
  const bytes = counts.bytesTransferred > 0 ? `; ${formatBytes(counts.bytesTransferred)} ${verb}` : "";
  const files = numbers === "" ? "no files" : `files: ${numbers}${bytes}`;
  if (errors.length > 0) return `**Failed** with ${countErrors(errors.length)}. ${sentence(files)}`;
  if (dryRun) return `**Dry run**: nothing was changed. A real run would have this result. ${sentence(files)}`;
  const noChange = countChanges(counts) === 0 ? `: ${lowerFirst(describeNoChange(direction))}` : "";
  return `**Succeeded**${noChange}. ${sentence(files)}`;
}

const lowerFirst = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function countErrors(count: number): string {
  return countOf(count, "error");
}

function list(messages: readonly CodedMessage[], max: number, noun: string, indent = ""): string[] {
  const hidden = messages.length - max;
  return [
    ...messages.slice(0, max).map(({ code, message }) => {
      const text = printed({ code, message: shorten(message, MAX_MESSAGE_LENGTH) });
      return `${indent}- ${escapeMarkdown(text)}`;
    }),
    ...(hidden > 0 ? [`${indent}- … and ${formatCount(hidden)} more ${noun}s`] : []),
  ];
}

/** What changed, by the first folder of each path. */
function folderTable({ plan, counts, performed, direction, dryRun }: SummaryContent): string[] {
  if (countChanges(counts) === 0) return [];
  const rows = countByFolder(performed, direction).sort(
    (one, other) => changesOf(other) - changesOf(one) || (one.folder < other.folder ? -1 : 1),
  );
  const shown = rows.filter((row) => changesOf(row) > 0).slice(0, MAX_FOLDERS);
  const others = rows.slice(shown.length);
  const words = countRows(plan, counts).map(([what]) => what);
  const sizeColumn = dryRun
    ? "size to transfer"
    : `${plan.extraction ? "extracted" : direction.done.toLowerCase()} size`;
  return [
    `| folder | ${words.slice(0, 4).join(" | ")} | ${sizeColumn} |`,
    "|---|---:|---:|---:|---:|---:|",
    ...shown.map((row) => tableLine(escapeMarkdown(shorten(row.folder, MAX_NAME_LENGTH)), [row])),
    ...(others.length > 0 ? [tableLine(countOf(others.length, "other folder"), others)] : []),
    ...(rows.length > 1 ? [tableLine("**total**", rows)] : []),
  ];
}

/** The files of a folder. */
interface FolderRow {
  readonly folder: string;
  sent: number;
  updated: number;
  left: number;
  deleted: number;
  sizeBytes: number;
}

function countByFolder(performed: readonly Action[], direction: Direction): FolderRow[] {
  const rows = new Map<string, FolderRow>();
  for (const action of performed) {
    const column = columnOf(action);
    if (column === undefined) continue;
    const folder = firstFolder(pathOf(action, direction));
    const row = rows.get(folder) ?? { folder, sent: 0, updated: 0, left: 0, deleted: 0, sizeBytes: 0 };
    row[column]++;
    if (isTransfer(action)) row.sizeBytes += action.sizeBytes;
    rows.set(folder, row);
  }
  return [...rows.values()];
}

/** @returns undefined for what is no file. */
function columnOf(action: Action): "sent" | "updated" | "left" | "deleted" | undefined {
  if (action.redirect || action.kind === "folder") return undefined;
  if (action.kind === "skip") return "left";
  if (action.kind === "delete") return "deleted";
  return action.kind === "update" || action.replaces ? "updated" : "sent";
}

const changesOf = ({ sent, updated, deleted }: FolderRow) => sent + updated + deleted;

function tableLine(name: string, rows: readonly FolderRow[]): string {
  const sum = (column: Exclude<keyof FolderRow, "folder">) => rows.reduce((total, row) => total + row[column], 0);
  const numbers = (["sent", "updated", "left", "deleted"] as const).map((column) => formatCount(sum(column)));
  return `| ${[name, ...numbers, formatBytes(sum("sizeBytes"))].join(" | ")} |`;
}

function pathOf({ path, relativeKey }: Action, { done }: Direction): string {
  return done === "Downloaded" ? path : relativeKey;
}

function firstFolder(path: string): string {
  const end = path.indexOf("/");
  return end < 0 ? "(top level)" : path.slice(0, end + 1);
}

function isTransfer({ kind, redirect }: Action): boolean {
  return (kind === "put" || kind === "get" || kind === "extract") && !redirect;
}

/** What was transferred: which kinds of files, and which of them are large. */
function describeContents(plan: Plan, performed: readonly Action[], direction: Direction): string[] {
  const moved = performed.filter(isTransfer);
  const facts: SummaryFact[] = [];
  if (plan.extraction) facts.push({ what: "Found", text: describeFound(plan) });
  if (plan.archive) {
    const { name, sourceBytes } = plan.archive;
    const text = `${name} holds ${countFiles(plan.filesFound)}, ${formatBytes(sourceBytes)} before compression`;
    facts.push({ what: "Archive", text });
  } else if (moved.length > 1) {
    facts.push({ what: "Kinds of files", text: describeKinds(moved, direction) });
    facts.push({ what: "Largest files", text: describeLargest(moved, direction) });
  }
  return facts.map(fact);
}

function describeKinds(moved: readonly Action[], direction: Direction): string {
  const kinds = new Map<string, number>();
  for (const action of moved) {
    const [, kind = "without extension"] = /[^/](\.[^./\s]{1,20})$/.exec(pathOf(action, direction)) ?? [];
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const sorted = [...kinds].sort(([one, count], [other, otherCount]) => otherCount - count || (one < other ? -1 : 1));
  const hidden = sorted.slice(MAX_KINDS).reduce((sum, [, count]) => sum + count, 0);
  const named = sorted.slice(0, MAX_KINDS).map(([kind, count]) => `${formatCount(count)} ${kind}`);
  return [...named, ...(hidden > 0 ? [`${formatCount(hidden)} of other kinds`] : [])].join(", ");
}

/** Without sorting all of them: there may be a million. */
function describeLargest(moved: readonly Action[], direction: Direction): string {
  let largest: Action[] = [];
  for (const action of moved) {
    const smallest = largest.at(-1);
    if (largest.length === MAX_LARGEST && smallest && action.sizeBytes <= smallest.sizeBytes) continue;
    largest = [...largest, action].sort((one, other) => other.sizeBytes - one.sizeBytes).slice(0, MAX_LARGEST);
  }
  const describe = (action: Action) =>
    `${shorten(pathOf(action, direction), MAX_NAME_LENGTH)} (${formatBytes(action.sizeBytes)})`;
  return largest.map(describe).join(", ");
}

function describeWarnings({ warnings: { shown, count } }: SummaryContent): string[] {
  if (count === 0) return [];
  const hidden = count - shown.length;
  return [
    `- **Warnings**: ${formatCount(count)}`,
    ...list(shown, shown.length, "warning", "  "),
    ...(hidden > 0 ? [`  - … and ${formatCount(hidden)} more in the log`] : []),
  ];
}

/** The source and the target, except the one that is the heading. */
function describeEnds({ done, from, to }: Direction): SummaryFact[] {
  if (done === "Downloaded") return [{ what: "Target folder", text: to }];
  return [{ what: "S3 URI", text: to }, ...(from === "" ? [] : [{ what: "Source", text: from }])];
}

function fact({ what, text }: SummaryFact): string {
  return `- **${what}**: ${escapeMarkdown(text)}`;
}

function nameActions(performed: readonly Action[], direction: Direction): string[] {
  const named: string[] = [];
  for (const action of performed) {
    const text = describeAction(action, direction);
    if (text !== undefined) named.push(`- ${escapeMarkdown(shorten(text, 2 * MAX_NAME_LENGTH))}`);
    if (named.length > MAX_ACTIONS) return [];
  }
  return named.length > 0 ? ["Changes:", "", ...named] : [];
}
