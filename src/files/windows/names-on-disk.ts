import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { diskName } from "../name-collisions.ts";

/** Identifies a file, folder or link on this machine. NTFS numbers have more digits than a `number` can hold. */
export interface ItemNumbers {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Whether both are the same item, by device and number. Never true on a disk that gives no numbers. */
export function haveSameNumbers(one: ItemNumbers, other: ItemNumbers | undefined): boolean {
  return one.ino !== 0n && one.dev === other?.dev && one.ino === other.ino;
}

/**
 * The real name of a file, folder or link in its folder. It may differ from the path in case, or be the long name if the path has the short
 * one (`LONGNA~1.CON`).
 *
 * @returns undefined if there is nothing, or it cannot be read.
 */
export function nameOnDisk(path: string): string | undefined {
  try {
    const found = lstatSync(path, { bigint: true });
    return (found.isSymbolicLink() ? undefined : nativeName(path)) ?? nameAmong(dirname(path), basename(path), found);
  } catch {
    return undefined;
  }
}

function nativeName(path: string): string | undefined {
  try {
    return basename(realpathSync.native(path));
  } catch {
    return undefined;
  }
}

/** For links, and if the system does not return it. */
function nameAmong(folder: string, wanted: string, found: ItemNumbers): string {
  const names = readdirSync(folder);
  const alike = names.includes(wanted) ? wanted : names.find((name) => diskName(name) === diskName(wanted));
  return alike ?? names.find((name) => haveSameNumbers(found, numbersOf(join(folder, name)))) ?? wanted;
}

/**
 * Whether two paths lead to one file, folder or link. Some disks of Windows give no numbers; there names that differ in case count as one.
 */
export function isSameItem(one: string, other: string): boolean {
  const [first, second] = [numbersOf(one), numbersOf(other)];
  if (!first || !second) return false;
  return first.ino === 0n ? diskName(one) === diskName(other) : haveSameNumbers(first, second);
}

function numbersOf(path: string): ItemNumbers | undefined {
  try {
    return lstatSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
