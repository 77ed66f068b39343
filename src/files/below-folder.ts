import { sep } from "node:path";

/** Whether a path is below a folder. Both are absolute and free of symbolic links. */
export function isBelow(folder: string, path: string): boolean {
  // The root of a disk already ends with a separator.
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
