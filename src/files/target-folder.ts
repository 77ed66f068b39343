import { statSync } from "node:fs";
import { lstat, mkdir, readdir, rmdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CodedError } from "../errors/coded-error.ts";
import { folderOf, isBelow } from "./below-folder.ts";
import type { Disk } from "./disk.ts";
import type { FolderIdentity } from "./folder-identity.ts";
import { diskName } from "./name-collisions.ts";
import { haveSameNumbers, type ItemNumbers, nameOnDisk } from "./windows/names-on-disk.ts";
import { realPath } from "./windows/real-path.ts";

/** A folder cannot be used for files, because something else has its place, for example a file or a link. */
export class TargetFolderError extends CodedError {
  override readonly name: string = "TargetFolderError";

  constructor(path: string, obstacle: string) {
    super("path-taken", `${path} ${obstacle}. Remove it, or choose another folder`);
  }
}

/** The disk takes a name for that of a file or folder that is called otherwise: its short name, or one that the disk folds. */
class OtherNameError extends CodedError {
  override readonly name: string = "OtherNameError";

  constructor(path: string, nameThere: string) {
    super(
      "file-names-in-conflict",
      `on this disk, ${path} is another name of ${nameThere}, which was not changed. Rename the object, or exclude it with a pattern (globExpressions)`,
    );
  }
}

/** The root, or a folder below it, is not the one any more that it was. */
class FolderExchangedError extends CodedError {
  override readonly name: string = "FolderExchangedError";

  constructor(path: string, leadsTo: string) {
    super(
      "folder-exchanged",
      `${path} was replaced by another process during this step, and now leads to ${leadsTo}. Nothing was written or deleted there. Find the process that changes the target folder, and run the step again when it has ended`,
    );
  }
}

/**
 * Makes the folders that files below a root need, and guards against links that lead out of it. The names are those that `whyNameIsRefused`
 * has accepted. A folder is looked at once, however many files come into it; `confirm` sees whether it is still the same.
 */
export class TargetFolder {
  readonly #root: string;
  readonly #expected: FolderIdentity | undefined;
  readonly #tellsCaseApart: boolean;
  /** By their name; the root's is empty. */
  readonly #folders = new Map<string, Promise<void>>();
  /** Of the folders that have been looked at. */
  readonly #identities = new Map<string, ItemNumbers>();
  /** Of those to which no link leads. */
  readonly #withoutLinks = new Map<string, ItemNumbers>();
  #realRoot = "";

  /**
   * @param root the folder's path; neither it nor those above it need exist. It may be a link itself.
   * @param expected what the root was when the step began; undefined if that is not known, or there was none.
   * @param tellsCaseApart whether the disk takes no name for another one.
   */
  constructor(root: string, expected?: FolderIdentity, tellsCaseApart = true) {
    this.#root = resolve(root);
    this.#expected = expected;
    this.#tellsCaseApart = tellsCaseApart;
  }

  /**
   * The absolute path for a file, whose folder then exists. What stands at the path itself is not looked at: a rename replaces a link.
   *
   * @throws {TargetFolderError} if a part of the name is a file, or a link that leads out of the root or nowhere, or the root is such a
   * link; {FolderExchangedError} if the root is another folder than expected; Node's error if a folder cannot be made.
   */
  async fileFor(name: string): Promise<string> {
    await this.ensureFolder(folderOf(name));
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

  /**
   * Makes sure that the folder of a file is still the one that `fileFor` has found or made. To be called right before something is written
   * into it: whoever may change the target could put a link in its place meanwhile.
   *
   * @throws {FolderExchangedError}; Node's error if the folder is gone.
   */
  async confirm(name: string, disk: Disk): Promise<void> {
    const folder = folderOf(name);
    const path = join(this.#root, folder);
    const found = await disk.call(
      () => statSync(path, { bigint: true }),
      () => stat(path, { bigint: true }),
    );
    if (!haveSameNumbers(found, this.#identities.get(folder))) await this.#checkAgain(folder);
  }

  /**
   * Makes sure that the file of a name has that name on the disk, except for its case. Call it right before the file is replaced.
   *
   * @throws {OtherNameError}.
   */
  confirmName(name: string): void {
    if (this.#tellsCaseApart) return;
    const path = join(this.#root, name);
    const nameThere = nameOnDisk(path);
    if (nameThere !== undefined && diskName(nameThere) !== diskName(basename(name))) {
      throw new OtherNameError(path, nameThere);
    }
  }

  /**
   * The absolute path of a file or a folder that is to be removed. Nothing is removed behind a link, since what is there is not the
   * target's.
   *
   * @throws {FolderExchangedError} if a link stands on the way.
   */
  async pathToRemove(name: string): Promise<string> {
    await this.ensureFolder("");
    const folder = folderOf(name);
    const found = await stat(join(this.#root, folder), { bigint: true }).catch(() => undefined);
    const isKnown = found && haveSameNumbers(found, this.#withoutLinks.get(folder));
    if (!isKnown) await this.#requireNoLinks(folder);
    return join(this.#root, name);
  }

  /**
   * Removes a folder that has only empty folders.
   *
   * @returns whether it is gone. Where it is not, empty folders in it may be.
   * @throws {FolderExchangedError}; Node's error if one cannot be read or removed.
   */
  async removeEmpty(name: string): Promise<boolean> {
    // The path of something in the folder leads through the folder itself, so that this checks the folder too.
    await this.pathToRemove(`${name}/any`);
    const path = join(this.#root, name);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (!entry.isDirectory() || !(await this.removeEmpty(`${name}/${entry.name}`))) return false;
    }
    await rmdir(path);
    return true;
  }

  async #requireNoLinks(folder: string): Promise<void> {
    await this.#requireSameRoot();
    const parts = folder === "" ? [] : folder.split("/");
    for (let length = 1; length <= parts.length; length++) {
      const path = join(this.#root, ...parts.slice(0, length));
      const found = await lstat(path, { bigint: true }).catch(() => undefined);
      if (found?.isSymbolicLink()) throw new FolderExchangedError(path, await realPath(path).catch(() => "nothing"));
      if (found && length === parts.length) this.#withoutLinks.set(folder, found);
    }
  }

  async #makeRoot(): Promise<void> {
    const found = await stat(this.#root).catch(() => undefined);
    const isDangling = !found && (await lstat(this.#root).catch(() => undefined))?.isSymbolicLink();
    if (isDangling) throw new TargetFolderError(this.#root, "is a symbolic link that leads nowhere");
    // Windows refuses to make a drive's own folder, though it is there.
    if (!found?.isDirectory()) await mkdir(this.#root, { recursive: true });
    this.#realRoot = this.#expected?.realPath ?? (await realPath(this.#root));
    await this.#requireSameRoot();
  }

  async #makeFolder(name: string): Promise<void> {
    const parent = folderOf(name);
    await this.ensureFolder(parent);
    const path = join(this.#root, name);
    const found = await stat(join(this.#root, parent), { bigint: true });
    if (!haveSameNumbers(found, this.#identities.get(parent))) await this.#checkAgain(parent);
    try {
      await mkdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      this.confirmName(name);
    }
    await this.#checkFolder(path);
    await this.#checkAgain(name);
  }

  async #checkFolder(path: string): Promise<void> {
    const found = await lstat(path);
    if (found.isDirectory()) return;
    if (!found.isSymbolicLink()) throw new TargetFolderError(path, "is a file where a folder is needed");
    const target = await realPath(path).catch(() => undefined);
    if (target === undefined) throw new TargetFolderError(path, "is a symbolic link that leads nowhere");
    if (!this.#contains(target))
      throw new TargetFolderError(path, `is a symbolic link that leads out of the target folder, to ${target}`);
    if (!(await stat(path)).isDirectory()) {
      throw new TargetFolderError(path, "is a symbolic link to a file where a folder is needed");
    }
  }

  /**
   * Sees where a folder leads now. Some file systems give the same folder another number now and then, so that only the place counts in
   * the end.
   */
  async #checkAgain(name: string): Promise<void> {
    await this.#requireSameRoot();
    if (name === "") return;
    const path = join(this.#root, name);
    const identity = await identityOf(path);
    if (!this.#contains(identity.realPath)) throw new FolderExchangedError(path, identity.realPath);
    this.#identities.set(name, identity);
  }

  async #requireSameRoot(): Promise<void> {
    const identity = await identityOf(this.#root);
    if (identity.realPath !== this.#realRoot) throw new FolderExchangedError(this.#root, identity.realPath);
    this.#identities.set("", identity);
  }

  #contains(realPath: string): boolean {
    return realPath === this.#realRoot || isBelow(this.#realRoot, realPath);
  }
}

/** The numbers are those of the place that the path leads to, even if the path changes in between. */
async function identityOf(path: string): Promise<FolderIdentity> {
  const place = await realPath(path);
  const { dev, ino } = await lstat(place, { bigint: true });
  return { dev, ino, realPath: place };
}
