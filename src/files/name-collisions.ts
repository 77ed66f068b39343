import { randomInt } from "node:crypto";
import { lstat, open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { compareUtf8 } from "./byte-order.ts";
import { temporaryPathFor } from "./temporary-file.ts";

/**
 * Finds names that would be one file on a disk, or a file where another one needs a folder. Names are to be added in the order of
 * their UTF-8 bytes, as S3 lists keys; a folder's may be added too, with a `/` at its end.
 */
export class NameCollisions {
  readonly #names: ExactNames | FoldedNames;

  /**
   * @param isCaseSensitive whether the disk distinguishes case, as the function of that name returns it.
   * @param fold makes names one that the disk takes for one.
   */
  constructor(isCaseSensitive: boolean, fold: (name: string) => string = diskName) {
    this.#names = isCaseSensitive ? new ExactNames() : new FoldedNames(fold);
  }

  /**
   * @returns the earlier name that this one collides with, if there is one; this one then does not count.
   * @throws Error if the names are not in order and the disk distinguishes case: collisions would go unnoticed.
   */
  add(name: string): string | undefined {
    return this.#names.add(name);
  }
}

/** Where every name is a file of its own, only `a` and `a/b` collide. */
class ExactNames {
  /**
   * Names with which the latest one begins. All names that begin with `a` stand together in the order, though `a-` and `a.txt` come
   * between `a` and `a/b`: once one does not, `a` is past.
   */
  readonly #beginnings: string[] = [];
  #latest = "";

  add(name: string): string | undefined {
    if (compareUtf8(name, this.#latest) < 0) throw new Error(`${name} comes after ${this.#latest}, out of order`);
    this.#latest = name;
    while (!name.startsWith(this.#beginnings.at(-1) ?? "")) this.#beginnings.pop();
    const earlier = this.#beginnings.find(({ length }) => length === name.length || name[length] === "/");
    if (earlier === undefined) this.#beginnings.push(name);
    return earlier;
  }
}

/** Where case does not count, the order does not help: `B` and `b` may be far apart. */
class FoldedNames {
  /**
   * By the hash of a folded path a name that makes the path a file, or one below it that makes it a folder; at the next free number where
   * two hashes are alike. The names are the caller's, so that an entry takes some 30 bytes, and folding them again is cheaper than memory.
   */
  readonly #names = new Map<number, string>();
  readonly #fold: (name: string) => string;
  #latestFolder = "";

  constructor(fold: (name: string) => string) {
    this.#fold = fold;
  }

  add(name: string): string | undefined {
    const path = this.#fold(name);
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    // Names come folder by folder, so most of them need no look at what is above.
    if (folder !== this.#latestFolder) {
      const earlier = this.#addFolders(folder, name);
      if (earlier !== undefined) return earlier;
      this.#latestFolder = folder;
    }
    return folder === path ? undefined : this.#addFile(path, name);
  }

  #addFile(path: string, name: string): string | undefined {
    const { slot, earlier } = this.#find(path);
    if (earlier === undefined) this.#names.set(slot, name);
    return earlier;
  }

  /** @returns the name of a file that has the name of a folder that is needed. */
  #addFolders(folder: string, name: string): string | undefined {
    for (let end = folder.indexOf("/"); end !== -1; end = folder.indexOf("/", end + 1)) {
      const path = folder.slice(0, end);
      const { slot, earlier } = this.#find(path);
      if (earlier === undefined) this.#names.set(slot, name);
      else if (this.#fold(earlier) === path) return earlier;
    }
    return undefined;
  }

  #find(path: string): { slot: number; earlier: string | undefined } {
    for (let slot = hashOf(path); ; slot++) {
      const earlier = this.#names.get(slot);
      if (earlier === undefined || `${this.#fold(earlier)}/`.startsWith(`${path}/`)) return { slot, earlier };
    }
  }
}

/**
 * What names have in common that some disk takes for one. Disks differ: APFS folds ß to ss and composes accents, NTFS does neither. Names that
 * differ here are different everywhere; names that are alike may be one or two.
 */
export function foldName(name: string): string {
  return name.normalize("NFC").toLowerCase().toUpperCase().normalize("NFC");
}

/**
 * The form that names share if they are one on this system's usual disk and that disk ignores case. NTFS goes by single UTF-16 units, and
 * pairs only letters that are each other's other case.
 */
export function diskName(name: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== "win32") return foldName(name);
  return name.replace(/[^A-Z]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 && upper.toLowerCase() === unit ? upper : unit;
  });
}

/** A Mersenne prime. */
const MODULUS = 2 ** 31 - 1;
/** So small that a double holds its product with any hash. */
const hashKey = randomInt(2 ** 20, 2 ** 21);

/**
 * The value of a polynomial, whose coefficients are the UTF-16 units, at a secret place, cut to what V8 keeps without an object of its own.
 * A hash that is known, or differs by its start only, lets somebody choose thousands of names that have the same one. A search through them
 * would take hours. Two names of n units have the same hash for n of the million places at most.
 */
function hashOf(text: string): number {
  let hash = 1;
  for (let index = 0; index < text.length; index++) {
    const value = hash * hashKey + text.charCodeAt(index);
    const quotient = Math.floor(value / 2 ** 31);
    hash = value - quotient * MODULUS;
    if (hash >= MODULUS) hash -= MODULUS;
  }
  return hash >>> 1;
}

/**
 * Whether names that differ in case are different files in a folder, or in the nearest existing one above it. It is tried with a
 * file that is removed again: systems allow both, and some disks a choice by folder.
 *
 * @throws Node's error if nothing can be written there.
 */
export async function isCaseSensitive(folder: string): Promise<boolean> {
  const probe = temporaryPathFor(join(folder, "probe"));
  try {
    await (await open(probe, "wx")).close();
  } catch (error) {
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === folder) throw error;
    return isCaseSensitive(above);
  }
  try {
    await lstat(join(folder, basename(probe).toUpperCase()));
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return true;
  } finally {
    await rm(probe, { force: true });
  }
}
