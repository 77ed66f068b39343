import { sep } from "node:path";

/** Whether a path is that of something below a folder. Both are absolute and free of symbolic links. */
export function isBelow(folder: string, path: string): boolean {
  // The root of a disk has its separator already.
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
