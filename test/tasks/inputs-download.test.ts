import { downloadTable } from "./inputs/tables.ts";
import { testInputs } from "./inputs/test-inputs.ts";

testInputs(downloadTable);
