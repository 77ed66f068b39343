import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { diskName } from "../name-collisions.ts";

/** What tells a file, a folder or a link from every other one of the machine. Numbers of NTFS have more digits than a `number` keeps. */
export interface ItemNumbers {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Whether two looks have met the same item, by device and number. */
export function haveSameNumbers(one: ItemNumbers, other: ItemNumbers | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}

/**
 * What a file, folder or link is called in its folder. It may be called otherwise than the path by which it was found: in another case, or
 * by its long name if the path has its short one (`LONGNA~1.CON`).
 *
 * @returns undefined if there is nothing, or it cannot be looked at.
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

/** For links, and where the system does not answer. */
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
