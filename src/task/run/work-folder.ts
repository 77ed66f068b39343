import { join } from "node:path";
import { jobFolder } from "../../agent/pipeline-run.ts";
import { removeLeftovers, removeTemporaryFolder, temporaryPathFor } from "../../files/temporary-file.ts";

/**
 * Does some work with a folder for temporary files, and removes it at the end. Leftovers of killed runs are removed too.
 *
 * @param work gets the absolute path of a folder that it may make.
 * @throws what `work` throws.
 */
export async function withWorkFolder<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = jobFolder();
  await removeLeftovers(folder);
  const path = temporaryPathFor(join(folder, "archives"));
  try {
    return await work(path);
  } finally {
    await removeTemporaryFolder(path);
  }
}
