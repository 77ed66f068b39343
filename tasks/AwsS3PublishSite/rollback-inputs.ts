import type { InputReader } from "../../src/agent/inputs.ts";
import { PREVIOUS } from "../../src/site/releases/find-release.ts";

/** No build number has one of them. Source: "Configure run or build numbers" in the documentation of Azure Pipelines. */
const NEVER_IN_BUILD_NUMBERS = /["/:<>\\|?@*]/;

/** Reads which release to restore. The bucket shows later whether it exists. */
export function readRollbackTo(reader: InputReader): string {
  const text = reader.text("rollbackTo") || PREVIOUS;
  if (NEVER_IN_BUILD_NUMBERS.test(text))
    reader.problem(
      "rollbackTo",
      "release-not-found",
      `"${text}" is neither the number of a release nor a build number or a commit. Enter one of them, or ${PREVIOUS}.`,
    );
  return text;
}
