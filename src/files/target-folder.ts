import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CodedError } from "../errors/coded-error.ts";
import { isBelow } from "./below-folder.ts";

/** A folder that files need cannot be had, because of what stands in its place. */
export class TargetFolderError extends CodedError {
  override readonly name: string = "TargetFolderError";

  constructor(path: string, obstacle: string) {
    super("path-taken", `${path} ${obstacle}. Remove it, or choose another folder`);
  }
}

/**
 * Makes the folders that files below a root need, and guards against links that lead out of it. The names are those that `refuseName`
 * has accepted. A folder is looked at once, however many files come into it.
 */
export class TargetFolder {
  readonly #root: string;
  /** By their name; the root's is empty. */
  readonly #folders = new Map<string, Promise<void>>();
  #realRoot = "";

  /** @param root the folder's path; neither it nor those above it need exist. It may be a link itself. */
  constructor(root: string) {
    this.#root = resolve(root);
  }

  /**
   * The absolute path for a file, whose folder then exists. What stands at the path itself is not looked at: a rename replaces a link.
   *
   * @throws {TargetFolderError} where a part of the name is a file, or a link that leads out of the root or nowhere, or the root is such a link; Node's error where a
   * folder cannot be made.
   */
  async fileFor(name: string): Promise<string> {
    await this.ensureFolder(parentOf(name));
    return join(this.#root, name);
  }

  /** Makes a folder; an empty name means the root. Throws as `fileFor` does. */
  ensureFolder(name: string): Promise<void> {
    let ready = this.#folders.get(name);
    if (!ready) {
      ready = name === "" ? this.#makeRoot() : this.#makeFolder(name);
      this.#folders.set(name, ready);
    }
    return ready;
  }

  async #makeRoot(): Promise<void> {
    const found = await stat(this.#root).catch(() => undefined);
    const isDangling = !found && (await lstat(this.#root).catch(() => undefined))?.isSymbolicLink();
    if (isDangling) throw new TargetFolderError(this.#root, "is a symbolic link that leads nowhere");
    // Windows refuses to make a drive's own folder, though it is there.
    if (!found?.isDirectory()) await mkdir(this.#root, { recursive: true });
    this.#realRoot = await realpath(this.#root);
  }

  async #makeFolder(name: string): Promise<void> {
    await this.ensureFolder(parentOf(name));
    const path = join(this.#root, name);
    try {
      await mkdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      await this.#checkFolder(path);
    }
  }

  async #checkFolder(path: string): Promise<void> {
    const found = await lstat(path);
    if (found.isDirectory()) return;
    if (!found.isSymbolicLink()) throw new TargetFolderError(path, "is a file where a folder is needed");
    const target = await realpath(path).catch(() => undefined);
    if (target === undefined) throw new TargetFolderError(path, "is a symbolic link that leads nowhere");
    if (!this.#contains(target))
      throw new TargetFolderError(path, `is a symbolic link that leads out of the target folder, to ${target}`);
    if (!(await stat(path)).isDirectory()) {
      throw new TargetFolderError(path, "is a symbolic link to a file where a folder is needed");
    }
  }

  #contains(realPath: string): boolean {
    return realPath === this.#realRoot || isBelow(this.#realRoot, realPath);
  }
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}
