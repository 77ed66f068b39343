/** A folder of the site that contains changes. */
export interface ChangedFolder {
  /** With a `/` at both ends. */
  readonly path: string;
  /** Changed paths directly in this folder. */
  readonly ownPaths: string[];
  /** The subfolders with changes, by name. */
  readonly folders: Map<string, ChangedFolder>;
  /** How many paths changed, in its subfolders too. */
  changedCount: number;
  /** How many objects did not change, in its subfolders too. */
  unchangedCount: number;
}

/** Arranges changed paths, which are all different and begin with a `/`, by their folders. */
export function arrangeByFolder(changed: Iterable<string>): ChangedFolder {
  const root = createFolder("/");
  for (const path of changed) {
    let folder = root;
    folder.changedCount++;
    for (const name of folderNames(path)) {
      const inner = folder.folders.get(name) ?? createFolder(`${folder.path}${name}/`);
      folder.folders.set(name, inner);
      folder = inner;
      folder.changedCount++;
    }
    folder.ownPaths.push(path);
  }
  return root;
}

/** Counts an unchanged object in those of its folders that contain changes. */
export function countUnchanged(root: ChangedFolder, path: string): void {
  root.unchangedCount++;
  let folder: ChangedFolder | undefined = root;
  for (const name of folderNames(path)) {
    folder = folder.folders.get(name);
    if (!folder) return;
    folder.unchangedCount++;
  }
}

/** All changed paths of a folder and its subfolders. */
export function pathsIn(folder: ChangedFolder): string[] {
  return [...folder.ownPaths, ...[...folder.folders.values()].flatMap(pathsIn)];
}

function createFolder(path: string): ChangedFolder {
  return { path, ownPaths: [], folders: new Map(), changedCount: 0, unchangedCount: 0 };
}

function folderNames(path: string): string[] {
  return path.split("/").slice(1, -1);
}
