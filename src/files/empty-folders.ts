import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes a folder that holds nothing but folders that hold nothing.
 *
 * @returns whether it is gone. Where it is not, empty folders in it may be.
 * @throws Node's error where one cannot be read or removed.
 */
export async function removeEmptyFolder(path: string): Promise<boolean> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory() || !(await removeEmptyFolder(join(path, entry.name)))) return false;
  }
  await rmdir(path);
  return true;
}
