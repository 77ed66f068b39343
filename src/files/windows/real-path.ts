import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";

/**
 * The path without links, junctions and short names, in the case that it has on the disk. The system answers it, and needs no right to look at
 * the folders above. Some disks of Windows cannot (RAM disks, some mounts): there Node goes from folder to folder.
 *
 * @throws Node's error.
 */
export function realPathSync(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    return isMissing(error) ? rethrow(error) : withUpperCaseDrive(realpathSync(path));
  }
}

/** The same, without blocking. */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    return isMissing(error) ? rethrow(error) : withUpperCaseDrive(realpathSync(path));
  }
}

/** A path that Windows takes as it stands (`\\?\C:\…`, `\\?\UNC\server\…`), without that mark: Node sets it again for long paths. */
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
