import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { taskPage } from "../../scripts/repository-links.ts";
import { declaredTask } from "../tasks/inputs/declared-inputs.ts";
import { inputTables } from "../tasks/inputs/tables.ts";
import { anchorsOf, codeBlocksOf } from "./markdown.ts";
import { root } from "./pages.ts";
import { renderComparison } from "./written/comparison.ts";
import { fillPage } from "./written/fill-page.ts";
import { writtenSections } from "./written/written-sections.ts";

for (const [path, sections] of Object.entries(writtenSections())) {
  it(`${path} says what task.json, the tested examples and bench/RESULTS.md say (npm run docs writes it again)`, () => {
    const page = readFileSync(join(root, path), "utf8");
    assert.equal(page, fillPage(page, sections));
  });
}

describe("The comparison with other tools", () => {
  const results = readFileSync(join(root, "bench/RESULTS.md"), "utf8");

  it("has the figures of bench/RESULTS.md, in whichever column they are", () => {
    const row = /^\| upload a 1 GiB file, http \| s5cmd \|.*$/m;
    const [figures = ""] = row.exec(results) ?? [];
    const changed = results.replace(figures, figures.replace(/\| [\d.]+ \|/, "| 98.7 |"));
    assert.match(renderComparison(changed), /^\| upload a 1 GiB file \|.*\| 98\.7 s \|$/m);
    const columns = results.replaceAll(/^(\| [^|]+ \| (?:program|---|task, Node \d+|aws-cli|s5cmd) \|)/gm, "$1 x |");
    assert.equal(renderComparison(columns), renderComparison(results));
  });

  const lost: [what: string, of: RegExp, by: string, message: RegExp][] = [
    [
      "a row",
      /^\| upload a 1 GiB file, http \| aws-cli \|.*\n/m,
      "",
      /has no row "upload a 1 GiB file, http" of aws-cli\. Run /,
    ],
    [
      "a time",
      /(\| download a 1 GiB file, http \| s5cmd \|) [\d.]+/,
      "$1 –",
      /has "–" as seconds in its row "download a/,
    ],
    ["the memory", /(\| upload a 1 GiB file, http \| s5cmd \|.*) \d+ MB/, "$1 -", /has "-" as peak memory in its row/],
    ["the package", /^\| package \|.*\n/m, "", /has no size of the package/],
  ];
  for (const [what, of, by, message] of lost) {
    it(`is not written without ${what}`, () => {
      assert.throws(() => renderComparison(results.replace(of, by)), message);
    });
  }
});

for (const table of inputTables) {
  const path = taskPage(table.task);
  const file = join(root, path);

  describe(path, () => {
    it("has a step with every input and its default in its syntax, and nothing else", () => {
      const [syntax, ...others] = codeBlocksOf(file).filter(({ info }) => info === "yaml syntax");
      assert.deepEqual([others.length, syntax !== undefined], [0, true]);
      const { name, inputs } = declaredTask(table.task);
      const step = parseDocument(withAllInputs(syntax?.code ?? ""), { schema: "failsafe" }).toJS() as {
        inputs: object;
      }[];
      const defaults = inputs.map((input) => [input.name, input.defaultValue ?? ""]);
      assert.deepEqual(step, [{ task: `${name}@1`, inputs: Object.fromEntries(defaults) }]);
      assert.deepEqual(Object.keys(step[0]?.inputs ?? {}), inOrderOfForm(table.task));
    });

    it("has a heading for each input, which no other heading equals", () => {
      const anchors = anchorsOf(file);
      for (const { name } of declaredTask(table.task).inputs) {
        assert.equal(anchors.filter((anchor) => anchor === name.toLowerCase()).length, 1, name);
      }
    });
  });
}

/** What is commented out, taken in. */
function withAllInputs(syntax: string): string {
  return syntax.replace(/^( {4})#(?=\w+:)/gm, "$1");
}

/** The inputs as the form has them: those of no group, then group by group. */
function inOrderOfForm(task: string): string[] {
  const { groups, inputs } = declaredTask(task);
  const order = [undefined, ...groups.map(({ name }) => name)];
  return order.flatMap((group) => inputs.filter(({ groupName }) => groupName === group).map(({ name }) => name));
}
