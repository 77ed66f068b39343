import { uploadTable } from "./inputs/tables.ts";
import { testInputs } from "./inputs/test-inputs.ts";

testInputs(uploadTable);
