import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { renderDocument } from "./inputs/document.ts";
import { inputTables } from "./inputs/tables.ts";

it("docs/inputs.md is what the tables say (npx tsx test/tasks/inputs/write-document.ts writes it anew)", () => {
  const path = new URL("../../docs/inputs.md", import.meta.url);
  assert.equal(readFileSync(path, "utf8"), renderDocument(inputTables));
});
