import { lstatSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { isBelow } from "./below-folder.ts";
import type { LocalFile } from "./scan.ts";

/**
 * The folders below a root that are reached through symbolic links. A scan with `linksAsFiles` does not look into them, though what is
 * written under their names lands there.
 */
export class LinkedFolders {
  readonly #root: string;
  /** By folder the topmost link on the way to it; undefined where there is none. */
  readonly #links = new Map<string, string | undefined>([["", undefined]]);

  /** @param root an absolute path. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The link through which a path leads, relative to the root; undefined where there is none. */
  linkAbove(path: string): string | undefined {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (!this.#links.has(folder)) this.#links.set(folder, this.linkAbove(folder) ?? this.#asLink(folder));
    return this.#links.get(folder);
  }

  /** The file, or link, at a path that leads through a link; undefined where there is none, or it is not below the root. */
  find(path: string): LocalFile | undefined {
    const absolutePath = join(this.#root, path);
    try {
      const stat = lstatSync(absolutePath);
      const isInside = isBelow(realpathSync(this.#root), realpathSync(dirname(absolutePath)));
      if (!isInside || stat.isDirectory()) return undefined;
      const file = { path, sizeBytes: stat.size, modifiedMs: stat.mtimeMs };
      return stat.isSymbolicLink() ? { ...file, isLink: true } : file;
    } catch {
      return undefined;
    }
  }

  #asLink(folder: string): string | undefined {
    try {
      const stat = lstatSync(join(this.#root, folder), { throwIfNoEntry: false });
      return stat?.isSymbolicLink() ? folder : undefined;
    } catch {
      // There is nothing, or a file above it: that is told when something is written there.
      return undefined;
    }
  }
}
