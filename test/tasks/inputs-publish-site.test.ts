import { publishSiteTable } from "./inputs/publish-site-table.ts";
import { testInputs } from "./inputs/test-inputs.ts";

testInputs(publishSiteTable);
