import { join } from "node:path";
import { jobFolder } from "../../agent/pipeline-run.ts";
import { removeLeftovers, removeTemporaryFolder, temporaryPathFor } from "../../files/temporary-file.ts";

/**
 * Does some work with a place for files that go when it ends. What killed runs have left there goes as well.
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
