import { statSync } from "node:fs";
import type { ItemNumbers } from "./windows/names-on-disk.ts";
import { realPathSync } from "./windows/real-path.ts";

/** The identity of a folder while a step runs. */
export interface FolderIdentity extends ItemNumbers {
  /** Free of symbolic links. */
  readonly realPath: string;
}

/** @returns undefined if there is no folder at the path, or it cannot be looked at. */
export function findIdentity(path: string): FolderIdentity | undefined {
  try {
    const found = statSync(path, { bigint: true });
    return found.isDirectory() ? { dev: found.dev, ino: found.ino, realPath: realPathSync(path) } : undefined;
  } catch {
    return undefined;
  }
}
