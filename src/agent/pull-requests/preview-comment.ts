import { countOf, formatCount } from "../../errors/counts.ts";
import { escapeMarkdown, markdownLink } from "../markdown.ts";

/** The content of a pull request's comment about its preview. */
export interface PreviewNews {
  readonly name: string;
  readonly siteUrl?: URL;
  /** Absent if the preview was published completely. */
  readonly failure?: { readonly errors: number };
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly commit?: string;
  /** Changed pages: their paths for people, and their URLs. */
  readonly pages: readonly { readonly path: string; readonly url?: URL }[];
  /** How many URLs were checked successfully; absent if none was. */
  readonly checks?: number;
  /** After how many days without a publish it is removed; 0 if only with the end of its pull request. */
  readonly previewDays: number;
  /** The pipeline run: its name for people, and its URL. */
  readonly run: { readonly label: string; readonly url?: string };
}

/** The number of pages that are listed; the rest is only counted. */
const MAX_PAGES = 10;
const SHORT_COMMIT_LENGTH = 8;

/** Writes the comment, in the Markdown of Azure Repos. */
export function describePreview(news: PreviewNews): string {
  const { name, siteUrl, failure, timeMs, commit, checks, previewDays, run } = news;
  const where = siteUrl ? markdownLink(siteUrl.href, siteUrl.href) : "";
  const at = `${new Date(timeMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  // A table needs a heading, which would be an empty line above the result.
  const rows = [
    ["Result", `${failure ? `❌ Failed: ${countOf(failure.errors, "error")}, see the log` : "✅ Published"}, ${at}`],
    ...(commit ? [["Commit", code(commit.slice(0, SHORT_COMMIT_LENGTH))]] : []),
    ...(failure ? [] : [["Changed pages", describePages(news.pages)]]),
    ...(checks === undefined || failure
      ? []
      : [["Checks", `${countOf(checks, "URL")} checked: all return what was published`]]),
    ["Run", run.url ? markdownLink(run.label, run.url) : escapeMarkdown(run.label)],
    ["Kept", describeStay(previewDays)],
  ];
  return [
    `**Preview ${escapeMarkdown(name)}**${where ? `: ${where}` : ""}`,
    "",
    ...rows.map(([what, value]) => `| ${what} | ${value} |`).toSpliced(1, 0, "|:---|:---|"),
    "",
  ].join("\n");
}

/** Writes the comment for a removed preview. */
export function describeRemoval(name: string, timeMs: number): string {
  const day = new Date(timeMs).toISOString().slice(0, 10);
  return `**Preview ${escapeMarkdown(name)}**: removed on ${day}.\n`;
}

function describePages(pages: PreviewNews["pages"]): string {
  if (pages.length === 0) return "none";
  const named = pages
    .slice(0, MAX_PAGES)
    .map(({ path, url }) => (url ? markdownLink(path, url.href) : escapeMarkdown(path)));
  const hidden = pages.length - MAX_PAGES;
  return [...named, ...(hidden > 0 ? [`and ${formatCount(hidden)} more`] : [])].join("<br>");
}

function describeStay(previewDays: number): string {
  const end = "until the pull request is completed or abandoned";
  return previewDays === 0 ? end : `${end}, or ${countOf(previewDays, "day")} after the last publish`;
}

function code(text: string): string {
  return /^\w+$/.test(text) ? `\`${text}\`` : escapeMarkdown(text);
}
