import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What a name in a folder is, by itself: a link is a link. */
export type FolderItem = Pick<Dirent, "name" | "isDirectory" | "isSymbolicLink">;

/**
 * Lists a folder. Windows keeps some files and folders as reparse points (Data Deduplication, OneDrive), and lists them like links; what they are
 * is known once they are looked at.
 *
 * @param look tells what is at a path.
 * @throws Node's error if the folder cannot be read.
 */
export function listFolder(path: string, look: (path: string) => Omit<FolderItem, "name"> = lstatSync): FolderItem[] {
  return readdirSync(path, { withFileTypes: true }).map((item) =>
    item.isSymbolicLink() ? lookAgain(item, join(path, item.name), look) : item,
  );
}

function lookAgain(item: Dirent, path: string, look: (path: string) => Omit<FolderItem, "name">): FolderItem {
  try {
    const found = look(path);
    const [isDirectory, isSymbolicLink] = [found.isDirectory(), found.isSymbolicLink()];
    return { name: item.name, isDirectory: () => isDirectory, isSymbolicLink: () => isSymbolicLink };
  } catch {
    // What is gone meanwhile is found to be so by whoever wants it.
    return item;
  }
}
