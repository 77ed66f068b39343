import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isBelow } from "./below-folder.ts";
import type { LocalFile } from "./scan.ts";

/** What a folder's path turns out to be. `link` is the topmost link on the way to it, relative to the root. */
type FolderState = { readonly kind: "missing" } | { readonly kind: "folder" } | { readonly kind: "link"; link: string };

const MISSING: FolderState = { kind: "missing" };
const FOLDER: FolderState = { kind: "folder" };

/**
 * Looks at single paths below a root, and at nothing beside them: what else is there may be unreadable, or come and go. Each folder on
 * the way is looked at once.
 */
export class TargetFiles {
  readonly #root: string;
  /** By path; the root's is empty. */
  readonly #folders = new Map<string, FolderState>();

  /** @param root an absolute path; it need not exist, and may be a link. */
  constructor(root: string) {
    this.#root = root;
    this.#folders.set("", statOrNothing(statSync, root)?.isDirectory() ? FOLDER : MISSING);
  }

  /** The folders that exist among those that paths asked for lead through, but for links. */
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
      return isBelow(realpathSync(this.#root), realpathSync(folder));
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

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
