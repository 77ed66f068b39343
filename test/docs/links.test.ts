import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { manifestLinks, taskPage } from "../../scripts/repository-links.ts";
import extension from "../../vss-extension.json" with { type: "json" };
import { declaredTask } from "../tasks/inputs/declared-inputs.ts";
import { inputTables } from "../tasks/inputs/tables.ts";
import { anchorsOf, linksOf, tableRowsOf } from "./markdown.ts";
import { allPages, root, userPages } from "./pages.ts";

const MAX_ROW_LENGTH = 600;

for (const page of allPages) {
  describe(page, () => {
    const file = join(root, page);

    it("links only to files and headings that exist", () => {
      for (const target of linksOf(file).filter((link) => !/^https?:/.test(link))) {
        const [path = "", anchor] = target.split("#");
        const linked = path === "" ? file : join(dirname(file), decodeURI(path));
        assert.ok(existsSync(linked), target);
        if (anchor !== undefined) assert.ok(anchorsOf(linked).includes(anchor), target);
      }
    });

    it("has no anchors but those of its headings, each once", () => {
      assert.doesNotMatch(readFileSync(file, "utf8"), /<a\s[^>]*\b(?:id|name)=/);
      const anchors = anchorsOf(file);
      // A list of changes has the same headings for each version.
      if (page !== "CHANGELOG.md") assert.deepEqual(anchors, [...new Set(anchors)]);
    });

    it(`has no row of a table with more than ${MAX_ROW_LENGTH} characters`, () => {
      assert.deepEqual(
        tableRowsOf(file).filter(({ length }) => length > MAX_ROW_LENGTH),
        [],
      );
    });
  });
}

/** The pages of this repository to which a text leads: by links in the help of a form, which the build makes whole, or by whole addresses. */
function pagesIn(text: string): string[] {
  return [...text.matchAll(/(?:blob\/main\/|\]\()([\w./-]+\.md)/g)].map(([, path = ""]) => path);
}

describe("The pages for users", () => {
  it("can all be reached from README, the marketplace page, the tasks and the service connection", () => {
    const tasks = inputTables.map(({ task }) => task);
    const help = JSON.stringify([extension, manifestLinks(), ...tasks.map(declaredTask)]);
    const reached = new Set(["README.md", "overview.md", ...tasks.map(taskPage), ...pagesIn(help)]);
    // A set grows while it is walked.
    for (const page of reached) {
      for (const target of linksOf(join(root, page)).filter((link) => /\.md(?:#|$)/.test(link))) {
        if (target.startsWith("http")) continue;
        const linked = posix.normalize(posix.join(posix.dirname(page), target.split("#")[0] ?? ""));
        if (linked.endsWith(".md") && !linked.startsWith("..")) reached.add(linked);
      }
    }
    assert.deepEqual(
      userPages.filter((page) => !reached.has(page)),
      [],
    );
  });

  it("exist where a form leads to them", () => {
    const help = JSON.stringify([extension, manifestLinks(), ...inputTables.map(({ task }) => declaredTask(task))]);
    assert.ok(pagesIn(help).includes("docs/connections.md"));
    for (const page of pagesIn(help)) assert.ok(existsSync(join(root, page)), page);
  });
});
