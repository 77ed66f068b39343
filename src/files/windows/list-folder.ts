import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The kind of an item in a folder. Links are not followed. */
export type FolderItem = Pick<Dirent, "name" | "isDirectory" | "isSymbolicLink">;

/**
 * Lists a folder. Windows keeps some files and folders as reparse points (Data Deduplication, OneDrive), and lists them like links. Only a
 * look at each shows its real kind.
 *
 * @param look returns the kind of the item at a path.
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
    // An item that was deleted meanwhile is reported when it is used.
    return item;
  }
}
