import { realpath as callbackRealpath, realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { promisify } from "node:util";

/** That of `node:fs/promises` asks the system. */
const folderByFolder = promisify(callbackRealpath);

/**
 * The path without links, junctions and short names, in the case that it has on the disk. The system finds it without rights for the parent
 * folders. Some disks of Windows do not support this (RAM disks, some mounts); then Node resolves it folder by folder.
 *
 * @param system asks the system; tests give one that does not support it.
 * @throws Node's error.
 */
export function realPathSync(path: string, system: (path: string) => string = realpathSync.native): string {
  try {
    return system(path);
  } catch (error) {
    return isMissing(error) ? rethrow(error) : withUpperCaseDrive(realpathSync(path));
  }
}

/** The same, without blocking. */
export async function realPath(path: string, system: (path: string) => Promise<string> = realpath): Promise<string> {
  try {
    return await system(path);
  } catch (error) {
    return isMissing(error) ? rethrow(error) : withUpperCaseDrive(await folderByFolder(path));
  }
}

/** Removes the prefix of a path that Windows does not parse (`\\?\C:\…`, `\\?\UNC\server\…`). Node adds it again for long paths. */
export function withoutLongPathMark(path: string): string {
  return path.replace(/^[\\/]{2}\?[\\/]UNC[\\/]/i, "\\\\").replace(/^[\\/]{2}\?[\\/](?=[a-z]:)/i, "");
}

function withUpperCaseDrive(path: string): string {
  return path.replace(/^[a-z]:/, (drive) => drive.toUpperCase());
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function rethrow(error: unknown): never {
  throw error;
}
