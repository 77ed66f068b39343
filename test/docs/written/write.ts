import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../pages.ts";
import { fillPage } from "./fill-page.ts";
import { writtenSections } from "./written-sections.ts";

// npm run docs: writes the parts of the pages that say what a task.json, the rows of the tests or bench/RESULTS.md say.
for (const [page, sections] of Object.entries(writtenSections())) {
  const file = join(root, page);
  writeFileSync(file, fillPage(readFileSync(file, "utf8"), sections));
}
