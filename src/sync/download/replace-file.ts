import { lstat } from "node:fs/promises";
import type { Disk } from "../../files/disk.ts";
import type { TargetFolder } from "../../files/safe-path.ts";
import { publish } from "../../files/temporary-file.ts";
import { folderInTheWayError } from "../../files/windows/move-file.ts";

interface ReplaceContext {
  readonly target: TargetFolder;
  readonly disk: Disk;
  /** Whether an empty folder with the file's name is removed. */
  readonly replacesEmptyFolders: boolean;
  readonly signal: AbortSignal;
}

/**
 * Moves a temporary file to its place.
 *
 * @param name of the place, relative to the target.
 * @throws {FolderExchangedError} if its folder was replaced; {OtherNameError}; {FileInUseError}; {CodedError} if a folder that must not be
 *   removed has its name; Node's error.
 */
export async function replaceFile(
  { target, disk, replacesEmptyFolders, signal }: ReplaceContext,
  temporaryPath: string,
  name: string,
  path: string,
): Promise<void> {
  const confirm = async () => {
    await target.confirm(name, disk);
    target.confirmName(name);
  };
  try {
    await publish(temporaryPath, path, disk, { signal, confirm });
  } catch (error) {
    // The error of a rename differs between systems.
    const isFolder = await lstat(path)
      .then((found) => found.isDirectory())
      .catch(() => false);
    if (!isFolder) throw error;
    if (!replacesEmptyFolders || !(await target.removeEmpty(name))) {
      throw folderInTheWayError(path);
    }
    await publish(temporaryPath, path, disk, { signal, confirm });
  }
}
