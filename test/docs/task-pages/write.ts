import { readFileSync, writeFileSync } from "node:fs";
import { taskPage } from "../../../scripts/repository-links.ts";
import { inputTables } from "../../tasks/inputs/tables.ts";
import { fillPage, renderSections } from "./task-page.ts";

// npm run docs: writes what the pages of the tasks say about inputs and outputs, after a change of a task.json or of the rows.
for (const table of inputTables) {
  const file = new URL(`../../../${taskPage(table.task)}`, import.meta.url);
  writeFileSync(file, fillPage(readFileSync(file, "utf8"), renderSections(table)));
}
