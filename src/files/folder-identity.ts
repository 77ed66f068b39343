import { realpathSync, statSync } from "node:fs";

/** What distinguishes a folder from every other one of the machine. */
export interface FolderNumbers {
  readonly dev: number;
  readonly ino: number;
}

/** The identity of a folder while a step runs. */
export interface FolderIdentity extends FolderNumbers {
  /** Free of symbolic links. */
  readonly realPath: string;
}

/** @returns undefined if there is no folder at the path, or it cannot be looked at. */
export function findIdentity(path: string): FolderIdentity | undefined {
  try {
    const found = statSync(path);
    return found.isDirectory() ? { dev: found.dev, ino: found.ino, realPath: realpathSync.native(path) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether both are the same folder, by device and inode number. */
export function isSameFolder(one: FolderNumbers, other: FolderNumbers | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
