import { countOf } from "../../errors/counts.ts";
import { listSome } from "../list-some.ts";
import type { SiteObject } from "../plan/site-object.ts";
import type { SiteLog } from "../plan/site-tools.ts";
import { findLeavingReferences } from "./leaving-references.ts";

const MAX_EXAMPLES = 3;

/**
 * Warns once about a site that was built for the root of a host but is published below it. Its pages would request files of the site at the
 * root.
 *
 * @param basePath the path of the site's URL, with a `/` at both ends.
 * @throws the signal's reason.
 */
export async function warnOfBasePath(
  objects: ReadonlyMap<string, SiteObject>,
  basePath: string,
  indexDocument: string,
  log: SiteLog,
  signal: AbortSignal,
): Promise<void> {
  const leaving = await findLeavingReferences(objects, basePath, indexDocument, signal);
  if (leaving.length === 0) return;
  const files = new Set(leaving.map(({ path }) => path)).size;
  const examples = listSome(
    leaving.map(({ path, reference }) => `${reference} in ${path}`),
    MAX_EXAMPLES,
  );
  log.warning(
    "base-path-missing",
    `${countOf(leaving.length, "reference")} in ${countOf(files, "file")} ${leaving.length === 1 ? "leads" : "lead"} out of the preview: ${examples}. Build the site with the base path ${basePath}, or give each preview a host name of its own. The page "Previews" in the documentation says how.`,
  );
}
