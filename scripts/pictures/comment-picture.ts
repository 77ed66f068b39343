import { marked } from "marked";
import { describePreview } from "../../src/agent/pull-requests/preview-comment.ts";
import { escapeHtml, type Picture, page } from "./picture.ts";

const SITE_URL = "https://preview.example.com/pr-12/";
/** In whose name the token of a job writes. */
const AUTHOR = "bakery Build Service (quay-street)";

const COMMENT_CSS = `
body { background: #f8f8f8; padding: 18px; }
.comment { background: #fff; border: 1px solid #eaeaea; border-radius: 4px; padding: 14px 20px; box-shadow: 0 1px 3px #0001; }
.author { display: flex; align-items: center; gap: 10px; font-weight: 600; }
.author i { width: 32px; height: 32px; border-radius: 16px; background: #5c6f82; color: #fff; font: 13px/32px "DejaVu Sans", sans-serif; text-align: center; }
.text { margin-left: 42px; } p { margin: 6px 0; }
table { border-collapse: collapse; margin: 10px 0 2px; } td, th { border: 1px solid #ddd; padding: 4px 10px; vertical-align: top; } th { background: #f4f4f4; } td:first-child { white-space: nowrap; }
`;

/** The emoji of the comment, for machines without a font that has it. */
const CHECK_MARK = `<svg viewBox="0 0 16 16" width="15" height="15" style="vertical-align: -2px">
<rect width="16" height="16" rx="3" fill="#3aa655"/><path d="M3.5 8.5l3 3 6-7" fill="none" stroke="#fff" stroke-width="2"/></svg>`;

/** The picture of the comment on a pull request, as the task writes it. */
export function commentPicture(): Picture {
  const pages = ["index.html", "recipes/focaccia.html", "recipes/index.html"];
  const markdown = describePreview({
    name: "pr-12",
    siteUrl: new URL(SITE_URL),
    timeMs: Date.UTC(2026, 2, 10, 14, 32),
    commit: "5e6f708192a3b4c5d6e7f8091a2b3c4d1a2b3c4d",
    pages: pages.map((path) => ({ path, url: new URL(path, SITE_URL) })),
    checks: 10,
    previewDays: 30,
    run: { label: "20260310.4", url: "https://dev.azure.com/quay-street/bakery/_build/results?buildId=311" },
  });
  const author = `<div class="author"><i>BS</i>${escapeHtml(AUTHOR)}</div>`;
  const text = `<div class="text">${marked.parse(markdown, { async: false }).replace("✅", CHECK_MARK)}</div>`;
  const html = page("Comment", `<div class="comment">${author}${text}</div>`, COMMENT_CSS);
  return { path: "images/preview-comment.png", widthPx: 760, html };
}
