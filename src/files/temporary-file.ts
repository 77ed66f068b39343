import { hash, randomBytes } from "node:crypto";
import {
  closeSync,
  futimesSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Disk } from "./disk.ts";
import { type MoveOptions, moveFile } from "./windows/move-file.ts";

/** Distinguishes the names of this process from those of an earlier one with the same id. */
const processToken = randomBytes(4).toString("hex");
let namesGiven = 0;

/** Stands for the machine and the container: there, and nowhere else, a process id says which process is meant. */
const systemToken = hash("sha256", describeSystem(), "hex").slice(0, 8);

/** In any case, since a disk may take another case for the same name. Earlier versions gave names without the system. */
const TEMPORARY_NAME = /^\.s3-(?:([0-9a-f]{8})-)?([1-9][0-9]*)-([0-9a-f]{8})[0-9a-z]+\.part$/i;

/** A process of another system that writes nothing for so long lives no more. */
const MAX_IDLE_MS = 24 * 60 * 60 * 1000;

/** Of a file about which nothing is known, before the umask. */
export const DEFAULT_MODE = 0o666;

/** Under Windows a virus scanner may have something open for a moment. */
const MAX_REMOVALS = process.platform === "win32" ? 8 : 1;

/**
 * Where a file is to be written before `publish` gives it its name: in the same folder, so that the rename is one step. The name is new
 * each time, and short, so that a file with the longest of names has one too.
 */
export function temporaryPathFor(finalPath: string): string {
  return join(
    dirname(finalPath),
    `.s3-${systemToken}-${process.pid}-${processToken}${(namesGiven++).toString(36)}.part`,
  );
}

/** Whether a relative path, with `/` between its names, is that of a temporary file or of something in a temporary folder. */
export function isTemporary(path: string): boolean {
  return path.split("/").some((name) => TEMPORARY_NAME.test(name));
}

/**
 * Whether a path is that of a temporary file or folder whose process lives no more, so that nobody will miss it. Which processes of another
 * machine or container live is not known: what has one of their names is left over once nothing in it has changed for a day.
 */
export function isLeftover(path: string): boolean {
  const [, system, pid, token = ""] = TEMPORARY_NAME.exec(basename(path)) ?? [];
  if (pid === undefined) return false;
  if (system?.toLowerCase() !== systemToken) return !hasChangedSince(Date.now() - MAX_IDLE_MS, path);
  return Number(pid) === process.pid ? token.toLowerCase() !== processToken : !isRunning(Number(pid));
}

/**
 * Writes a small file in one go.
 *
 * @param modifiedMs its time of modification, in milliseconds since 1970.
 * @param mode permission bits, from which the process's umask is taken.
 * @throws Node's error.
 */
export async function writeWhole(
  path: string,
  bytes: Buffer,
  modifiedMs: number,
  disk: Disk,
  mode = DEFAULT_MODE,
): Promise<void> {
  await disk.call(
    () => writeWholeSync(path, bytes, modifiedMs / 1000, mode),
    async () => {
      const file = await open(path, "wx", mode);
      try {
        await file.writeFile(bytes);
        await setModified(file, modifiedMs);
      } finally {
        await file.close();
      }
    },
  );
}

/** Gives an open file, of which all is written, its time of modification, in milliseconds since 1970. @throws Node's error. */
export function setModified(file: FileHandle, modifiedMs: number): Promise<void> {
  return file.utimes(modifiedMs / 1000, modifiedMs / 1000);
}

function writeWholeSync(path: string, bytes: Buffer, modifiedSeconds: number, mode: number): void {
  const descriptor = openSync(path, "wx", mode);
  try {
    writeFileSync(descriptor, bytes);
    futimesSync(descriptor, modifiedSeconds, modifiedSeconds);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Gives a file that is written and closed its final name, in one step: whoever looks there sees what was before, or the whole file. A file
 * or a link that has the name is replaced. The data are not forced to the disk: that takes longer than the download, and what a power
 * failure takes away is downloaded again.
 *
 * @throws as `moveFile` does. The temporary file is then still there.
 */
export function publish(temporaryPath: string, finalPath: string, disk: Disk, options?: MoveOptions): Promise<void> {
  return moveFile(temporaryPath, finalPath, disk, options);
}

/**
 * Removes what processes that live no more have left in a folder: temporary files, and folders of such names with all that is in them. It
 * never throws: what cannot be removed is in nobody's way.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const paths = names.map((name) => join(folder, name));
  await Promise.all(paths.filter(isLeftover).map(removeTemporaryFolder));
}

/** Removes a temporary file, or a folder of such a name with all that is in it. Never throws, like `discard`. */
export async function removeTemporaryFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: MAX_REMOVALS }).catch(() => undefined);
}

/** Removes a temporary file that will not be published. Never throws: what stays is a leftover, and mostly another error is on its way. */
export async function discard(temporaryPath: string): Promise<void> {
  await rm(temporaryPath, { force: true }).catch(() => undefined);
}

/** The host's name, and on Linux the namespace of process ids, whose number is known only together with the boot of the kernel. */
function describeSystem(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    return `${hostname()} ${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/** Whether a file, or something in a folder, has changed. What cannot be looked at may have. */
function hasChangedSince(timeMs: number, path: string): boolean {
  try {
    const found = lstatSync(path);
    // A file that was just written has the time of its object already, so that both times count.
    if (Math.max(found.mtimeMs, found.ctimeMs) > timeMs) return true;
    return found.isDirectory() && readdirSync(path).some((name) => hasChangedSince(timeMs, join(path, name)));
  } catch {
    return true;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
