import { writeFileSync } from "node:fs";
import { renderDocument } from "./document.ts";
import { inputTables } from "./tables.ts";

// Writes docs/inputs.md again after a change of the tables: npx tsx test/tasks/inputs/write-document.ts
writeFileSync(new URL("../../../docs/inputs.md", import.meta.url), renderDocument(inputTables));
