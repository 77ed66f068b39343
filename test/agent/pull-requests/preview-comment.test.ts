import assert from "node:assert/strict";
import { describePreview, describeRemoval } from "../../../src/agent/pull-requests/preview-comment.ts";

const NEWS = {
  name: "pr-12",
  siteUrl: new URL("https://preview.example.com/pr-12/"),
  timeMs: Date.UTC(2026, 10, 30, 7, 12, 30),
  commit: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
  pages: [{ path: "menu.html", url: new URL("https://preview.example.com/pr-12/menu.html") }],
  checks: 4,
  previewDays: 30,
  run: { label: "site 20261130.2", url: "https://dev.azure.com/org/project/_build/results?buildId=7" },
};

describe("The comment on a pull request", () => {
  it("has the URL, the result, the commit, the pages, the checks and the end", () => {
    assert.equal(
      describePreview(NEWS),
      `**Preview pr-12**: [https&#58;//preview.example.com/pr-12/](https://preview.example.com/pr-12/)

| Result | ✅ Published, 2026-11-30 07:12 UTC |
|:---|:---|
| Commit | \`1a2b3c4d\` |
| Changed pages | [menu.html](https://preview.example.com/pr-12/menu.html) |
| Checks | 4 URLs checked: all return what was published |
| Run | [site 20261130.2](https://dev.azure.com/org/project/_build/results?buildId=7) |
| Kept | until the pull request is completed or abandoned, or 30 days after the last publish |
`,
    );
  });

  it("links to the run of a project with brackets in its name", () => {
    const url = "https://dev.azure.com/org/Site%20(old)/_build/results?buildId=7";
    const comment = describePreview({ ...NEWS, run: { label: "site 1", url } });
    assert.ok(
      comment.includes("[site 1](https://dev.azure.com/org/Site%20%28old%29/_build/results?buildId=7)"),
      comment,
    );
  });

  it("says of a failure where to look", () => {
    const { checks: _, ...others } = NEWS;
    const comment = describePreview({ ...others, failure: { errors: 2 }, previewDays: 0, run: { label: "a step" } });
    assert.deepEqual(comment.split("\n").slice(2), [
      "| Result | ❌ Failed: 2 errors, see the log, 2026-11-30 07:12 UTC |",
      "|:---|:---|",
      "| Commit | `1a2b3c4d` |",
      "| Run | a step |",
      "| Kept | until the pull request is completed or abandoned |",
      "",
    ]);
  });

  it("names ten pages at most", () => {
    const pages = Array.from({ length: 1_212 }, (_, index) => ({ path: `${index}.html` }));
    const [, row = ""] = /\| Changed pages \| (.*) \|/.exec(describePreview({ ...NEWS, pages })) ?? [];
    assert.deepEqual(row.split("<br>").slice(9), ["9&#46;html", "and 1,202 more"]);
    assert.match(describePreview({ ...NEWS, pages: [] }), /\| Changed pages \| none \|/);
  });

  it("shows names as they are, whatever is in them", () => {
    const path = "a|b](https://evil.example) <img src=x> `c` @d $1$ #12 !34\n*e*.html";
    const url = new URL(`https://preview.example.com/a|b](x) <img>\`*_$1$.html`);
    const comment = describePreview({ ...NEWS, pages: [{ path, url }] });
    const [, row = ""] = /\| Changed pages \| (.*) \|/.exec(comment) ?? [];
    assert.equal(
      row,
      "[a&#124;b\\]\\(https&#58;//evil.example\\) &lt;img src=x&gt; \\`c\\` &#64;d &#36;1&#36; \\#12 \\!34\\\\u\\{a\\}\\*e\\*.html](https://preview.example.com/a%7Cb]%28x%29%20%3Cimg%3E%60%2A_%241%24.html)",
    );
  });

  it("says that the preview is gone", () => {
    assert.equal(describeRemoval("pr-12", Date.UTC(2026, 10, 30)), "**Preview pr-12**: removed on 2026-11-30.\n");
  });
});
