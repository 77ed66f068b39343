import { sep } from "node:path";

/** Whether a path is below a folder. Both are absolute and free of symbolic links. */
export function isBelow(folder: string, path: string): boolean {
  // The root of a disk already ends with a separator.
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Every beginning of a key or a path that ends with `/`, the shortest first: `a/` and `a/b/` for `a/b/c` and for `a/b/`. */
export function prefixesOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}

/** The folder of a relative path or a key, whose separator is `/`: `a/b` for `a/b/c`, and nothing for `a`. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last name in a relative path or a key: `c` for `a/b/c`. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folders of a relative path or a key, whose separator is `/`: `a/b` and `a` for `a/b/c`. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) folders.push(path.slice(0, end));
  return folders;
}
