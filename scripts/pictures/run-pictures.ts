import { marked } from "marked";
import type { ExampleRun } from "./example-run.ts";
import { escapeHtml, type Picture, page } from "./picture.ts";

const LOG_CSS = `
body { background: #1e1e1e; color: #d6d6d6; padding: 14px 0 18px; }
ol { margin: 0; padding: 0 16px 0 56px; font: 13px/20px Consolas, "DejaVu Sans Mono", monospace; }
li { white-space: pre-wrap; overflow-wrap: anywhere; padding-left: 8px; } li::marker { color: #777; }
.section { color: #6cc36c; } .command { color: #57a6ff; } .warning { color: #ffb454; } .error { color: #ff7b72; }
`;

const SUMMARY_CSS = `
body { background: #f8f8f8; padding: 18px; }
.card { background: #fff; border: 1px solid #eaeaea; border-radius: 4px; padding: 16px 20px; box-shadow: 0 1px 3px #0001; }
h2 { font-size: 16px; margin: 0 0 4px; } h3 { font-size: 15px; margin: 8px 0; } p { margin: 8px 0; } ul { padding-left: 20px; margin: 8px 0; }
table { border-collapse: collapse; margin: 10px 0; } td, th { border: 1px solid #ddd; padding: 3px 10px; } th { background: #f4f4f4; font-weight: 600; }
`;

const SITE_CSS = `
body { background: #e9e9ee; padding: 14px; }
.bar { background: #f6f6f8; border: 1px solid #cfcfd6; border-bottom: 0; border-radius: 8px 8px 0 0; padding: 8px 14px; }
.bar i { display: inline-block; width: 11px; height: 11px; border-radius: 6px; background: #c8c8d0; margin-right: 6px; }
.url { display: inline-block; background: #fff; border: 1px solid #ddd; border-radius: 12px; padding: 2px 14px; margin-left: 10px; font-size: 13px; }
iframe { display: block; width: 100%; height: 470px; border: 1px solid #cfcfd6; background: #fff; }
`;

/** The pictures of a run: its log, its summary, and the site that it published. */
export function runPictures(run: ExampleRun): readonly Picture[] {
  const { log, summary, url, shownUrl, files } = run;
  const summaryHtml = `<div class="card"><h2>${escapeHtml(summary.title)}</h2>${marked.parse(summary.markdown, { async: false })}</div>`;
  const frame = `<div class="bar"><i></i><i></i><i></i><span class="url">${escapeHtml(shownUrl)}</span></div>`;
  const site = (src: string) => page("Published site", `${frame}<iframe src="${src}"></iframe>`, SITE_CSS);
  return [
    {
      path: "images/log.png",
      widthPx: 900,
      html: page("Log", renderLog(log), LOG_CSS),
      source: page("Log", renderLog(log.map(comparable)), LOG_CSS),
    },
    { path: "images/summary.png", widthPx: 760, html: page("Summary", summaryHtml, SUMMARY_CSS) },
    { path: "images/site.png", widthPx: 760, heightPx: 540, html: site(url), source: site("") + files },
  ];
}

/** The lines of a log in the colors of the run's page; a list is folded. */
function renderLog(log: readonly string[]): string {
  const lines: string[] = [];
  let isFolded = false;
  for (const line of log) {
    const [, marker = "", text = ""] = /^(?:##\[(\w+)\])?(.*)$/s.exec(line) ?? [];
    if (marker === "endgroup") isFolded = false;
    else if (!isFolded) lines.push(renderLine(marker, text));
    if (marker === "group") isFolded = true;
  }
  return `<ol>${lines.join("\n")}</ol>`;
}

function renderLine(marker: string, text: string): string {
  const label = marker === "warning" || marker === "error" ? `##[${marker}]` : marker === "group" ? "› " : "";
  return `<li class="${marker}">${escapeHtml(label + text) || " "}</li>`;
}

/** The log without what differs from run to run, or with each version. */
function comparable(line: string): string {
  return line.replace(/in [\d.]+ s( \([^)]*\/s\))?/, "in 1 s").replace(/^(Version +: ).*/, "$1");
}
