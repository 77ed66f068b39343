import { lstatSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderOf, isBelow, lastName } from "./below-folder.ts";
import { diskName } from "./name-collisions.ts";
import type { LocalFile } from "./scan.ts";
import { isSameItem, nameOnDisk } from "./windows/names-on-disk.ts";
import { realPathSync } from "./windows/real-path.ts";

/** What a folder's path turns out to be. `link` is the topmost link on the way to it, relative to the root. */
type FolderState = { readonly kind: "missing" } | { readonly kind: "folder" } | { readonly kind: "link"; link: string };

const MISSING: FolderState = { kind: "missing" };
const FOLDER: FolderState = { kind: "folder" };

/** A path, and what the disk calls the file or folder to which it leads. */
export interface OtherName {
  readonly path: string;
  readonly nameThere: string;
}

/**
 * Looks at single paths below a root, and at nothing beside them: what else is there may be unreadable, or come and go. Each folder on
 * the way is looked at once.
 */
export class TargetFiles {
  readonly #root: string;
  /** By path; the root's is empty. */
  readonly #folders = new Map<string, FolderState>();
  /** Of the folders on the way to paths. */
  readonly #otherNames = new Map<string, OtherName | undefined>();

  /** @param root an absolute path; it need not exist, and may be a link. */
  constructor(root: string) {
    this.#root = root;
    this.#folders.set("", statOrNothing(statSync, root)?.isDirectory() ? FOLDER : MISSING);
  }

  /** The folders of the requested paths that exist, without links. */
  existingFolders(): string[] {
    return [...this.#folders].flatMap(([path, { kind }]) => (kind === "folder" ? [path] : []));
  }

  /** The topmost link through which a path leads, relative to the root; undefined if there is none. */
  linkAbove(path: string): string | undefined {
    const state = this.#stateOf(folderOf(path));
    return state.kind === "link" ? state.link : undefined;
  }

  /**
   * The file, or link, at a path. Undefined if there is none, if it cannot be looked at (then neither can it be replaced), or if a link
   * on the way to it leads out of the root.
   */
  find(path: string): LocalFile | undefined {
    const folder = this.#stateOf(folderOf(path));
    if (folder.kind === "missing") return undefined;
    const absolutePath = join(this.#root, path);
    const stat = statOrNothing(lstatSync, absolutePath);
    if (!stat || !(stat.isFile() || stat.isSymbolicLink())) return undefined;
    if (folder.kind === "link" && !this.#contains(dirname(absolutePath))) return undefined;
    const file = { path, sizeBytes: stat.size, modifiedMs: stat.mtimeMs };
    return stat.isSymbolicLink() ? { ...file, isLink: true } : file;
  }

  /**
   * The topmost folder on the way to a path, or the file there, that the disk knows by another name than the path has: the long name of a short
   * one. Case does not count.
   */
  otherName(path: string): OtherName | undefined {
    const folder = folderOf(path);
    return (folder === "" ? undefined : this.#otherNameOfFolder(folder)) ?? this.#lookForName(path);
  }

  #otherNameOfFolder(folder: string): OtherName | undefined {
    if (!this.#otherNames.has(folder)) this.#otherNames.set(folder, this.otherName(folder));
    return this.#otherNames.get(folder);
  }

  /** Whether the disk takes two paths for one. */
  isSameFile(one: string, other: string): boolean {
    return isSameItem(join(this.#root, one), join(this.#root, other));
  }

  #lookForName(path: string): OtherName | undefined {
    const nameThere = nameOnDisk(join(this.#root, path));
    const name = lastName(path);
    return nameThere === undefined || diskName(nameThere) === diskName(name) ? undefined : { path, nameThere };
  }

  #stateOf(folder: string): FolderState {
    let state = this.#folders.get(folder);
    if (!state) {
      const above = this.#stateOf(folderOf(folder));
      state = above.kind === "folder" ? this.#lookAt(folder) : above;
      this.#folders.set(folder, state);
    }
    return state;
  }

  #lookAt(folder: string): FolderState {
    const stat = statOrNothing(lstatSync, join(this.#root, folder));
    if (stat?.isSymbolicLink()) return { kind: "link", link: folder };
    return stat?.isDirectory() ? FOLDER : MISSING;
  }

  #contains(folder: string): boolean {
    try {
      return isBelow(realPathSync(this.#root), realPathSync(folder));
    } catch {
      return false;
    }
  }
}

function statOrNothing(stat: (path: string, options: { throwIfNoEntry: false }) => Stats | undefined, path: string) {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    // Not to be looked at, or below a file: the write says so, for this path alone.
    return undefined;
  }
}
