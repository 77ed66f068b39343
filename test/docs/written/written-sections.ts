import { taskPage } from "../../../scripts/repository-links.ts";
import { declaredTask } from "../../tasks/inputs/declared-inputs.ts";
import { inputTables } from "../../tasks/inputs/tables.ts";
import { renderComparison } from "./comparison.ts";
import { renderInputs } from "./inputs.ts";
import { renderOutputs, renderRequirements } from "./outputs.ts";
import { renderSyntax } from "./syntax.ts";

/** What `npm run docs` writes: for each page its sections, by the names in their marks. */
export function writtenSections(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const taskPages = inputTables.map((table) => {
    const task = declaredTask(table.task);
    const sections = {
      syntax: renderSyntax(task),
      inputs: renderInputs(table),
      "output variables": renderOutputs(task),
      requirements: renderRequirements(task),
    };
    return [taskPage(table.task), sections] as const;
  });
  const comparison = renderComparison();
  return { "README.md": { comparison }, "overview.md": { comparison }, ...Object.fromEntries(taskPages) };
}
